/** Which addresses are not of the public internet: a webhook must not reach into the network of the server. @module */
import { BlockList, isIP } from "node:net";

const V4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const;
/** Within 2000::/3, the only global unicast there is; the two last ones carry IPv4 addresses. */
const V6 = [["2001::", 23], ["2001:db8::", 32], ["2002::", 16]] as const;

const blocked = new BlockList();
for (const [net, bits] of V4) blocked.addSubnet(net, bits, "ipv4");
for (const [net, bits] of V6) blocked.addSubnet(net, bits, "ipv6");
const global = new BlockList();
global.addSubnet("2000::", 3, "ipv6");

/**
 * Whether an IP address is of the machine itself, of a private network, or of no network at all; what is no address
 * counts as private. Forms of IPv6 that carry an IPv4 address are private whatever they carry.
 *
 * By the registries of IANA for special purposes.
 */
export function isPrivateAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return blocked.check(address, "ipv4");
    case 6:
      return !global.check(address, "ipv6") || blocked.check(address, "ipv6");
    default:
      return true;
  }
}
