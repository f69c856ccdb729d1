/** Which addresses are not of the public internet. @module */
import { BlockList, isIP } from "node:net";

/** IANA's registry of special purposes for IPv4, with multicast and what is reserved. */
const V4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.31.196.0", 24],
  ["192.52.193.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["192.175.48.0", 24],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const;
/** The registry for IPv6 within 2000::/3, the only global unicast there is. */
const V6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["2620:4f:8000::", 48],
  ["3fff::", 20],
] as const;

const special = new BlockList();
for (const [net, bits] of V4) special.addSubnet(net, bits, "ipv4");
for (const [net, bits] of V6) special.addSubnet(net, bits, "ipv6");
const global = new BlockList();
global.addSubnet("2000::", 3, "ipv6");

/**
 * Whether an IP address is of the machine itself, of a network around it, or of no network at all; what is no address
 * counts as private.
 *
 * Forms of IPv6 that carry an IPv4 address (`::ffff:8.8.8.8`, `64:ff9b::/96`, 6to4, Teredo) are private whatever they
 * carry: where such a packet ends is decided by a translator that this program does not know, and a public name has an
 * address of its own. Behind DNS64 a host has to be allowed by its name.
 *
 * @see {@link https://www.iana.org/assignments/iana-ipv4-special-registry} and its sister for IPv6
 */
export function isPrivateAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return special.check(address, "ipv4");
    case 6:
      return !global.check(address, "ipv6") || special.check(address, "ipv6");
    default:
      return true;
  }
}
