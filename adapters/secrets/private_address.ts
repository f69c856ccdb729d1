/** Addresses that are not for everybody: of this machine, of the network around it, of clouds' own services. @module */

/** First address and length of the prefix; RFC 6890 and its registry. */
const PRIVATE_4: readonly (readonly [start: string, bits: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

const number4 = (ip: string) => ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

const isPrivate4 = (ip: string) =>
  PRIVATE_4.some(([start, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(number4(ip) / size) === Math.floor(number4(start) / size);
  });

/**
 * Whether an IP address, as a resolver gives it, is one that only machines nearby can reach. What is no address counts as
 * one. Of IPv6 only global unicast (`2000::/3`) is public; an IPv4 address inside of one decides.
 */
export function isPrivateAddress(ip: string): boolean {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(ip)) return isPrivate4(ip);
  const groups = groupsOf(ip);
  if (groups === undefined) return true;
  const [first, second] = groups as [number, number];
  const last4 = (at: number) =>
    [groups[at]! >> 8, groups[at]! & 255, groups[at + 1]! >> 8, groups[at + 1]! & 255].join(".");
  // ::ffff:0:0/96 and 64:ff9b::/96, then 6to4.
  if (groups.slice(0, 5).every((g) => g === 0) && groups[5] === 0xffff) return isPrivate4(last4(6));
  if (first === 0x64 && second === 0xff9b) return isPrivate4(last4(6));
  if (first === 0x2002) return isPrivate4(last4(1));
  const isDocumentation = first === 0x2001 && second === 0xdb8;
  return first >> 13 !== 1 || isDocumentation || (first === 0x2001 && second === 0);
}

/** The eight groups of an address of IPv6. */
function groupsOf(ip: string): readonly number[] | undefined {
  const host = `http://[${ip.replace(/%.*$/, "")}]`;
  if (!ip.includes(":") || !URL.canParse(host)) return undefined;
  const [head = "", tail] = new URL(host).hostname.slice(1, -1).split("::");
  const read = (text: string) => text === "" ? [] : text.split(":").map((g) => parseInt(g, 16));
  const [front, back] = [read(head), read(tail ?? "")];
  return [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
}
