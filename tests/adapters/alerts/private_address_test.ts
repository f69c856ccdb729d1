import { assertEquals } from "@std/assert";
import { isPrivateAddress } from "../../../adapters/alerts/private_address.ts";

const PRIVATE = [
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "100.127.255.255",
  "127.0.0.1",
  "127.255.255.255",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:10.0.0.1",
  "::ffff:8.8.8.8",
  "64:ff9b::a00:1",
  "fc00::1",
  "fd12:3456::1",
  "fe80::1",
  "fec0::1",
  "ff02::1",
  "2001:db8::1",
  "2002:a00:1::",
  "2001::1",
  "",
  "localhost",
  "10.1",
];
const PUBLIC = [
  "8.8.8.8",
  "100.63.255.255",
  "100.128.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "192.167.255.255",
  "223.255.255.255",
  "2606:4700::1111",
  "2a00:1450:4001:80b::200e",
  "2001:4860:4860::8888",
];

Deno.test("isPrivateAddress() tells the public internet from everything else", () => {
  assertEquals(PRIVATE.filter((address) => !isPrivateAddress(address)), []);
  assertEquals(PUBLIC.filter(isPrivateAddress), []);
});
