import { assertEquals, assertRejects } from "@std/assert";
import { isPrivateAddress } from "../../../adapters/secrets/private_address.ts";
import { reachable } from "../../../adapters/secrets/reach.ts";

const PRIVATE = [
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "127.0.0.1",
  "127.255.255.254",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "fe80::1",
  "fe80::1%eth0",
  "fc00::1",
  "fd12:3456::1",
  "ff02::1",
  "::ffff:127.0.0.1",
  "::ffff:a00:1",
  "64:ff9b::10.0.0.1",
  "2002:7f00:1::",
  "2001:db8::1",
  "no address",
  "1.2.3",
];
const PUBLIC = [
  "1.1.1.1",
  "8.8.8.8",
  "100.63.255.255",
  "100.128.0.1",
  "172.15.0.1",
  "172.32.0.1",
  "192.169.0.1",
  "223.255.255.255",
  "2606:4700:4700::1111",
  "2a00:1450:4001:80e::200e",
  "::ffff:8.8.8.8",
  "64:ff9b::808:808",
];

Deno.test("isPrivateAddress() tells what only machines nearby can reach", () => {
  assertEquals(PRIVATE.filter((ip) => !isPrivateAddress(ip)), []);
  assertEquals(PUBLIC.filter((ip) => isPrivateAddress(ip)), []);
});

Deno.test("reachable() refuses private ranges in every spelling unless they are allowed", async () => {
  for (const host of ["127.0.0.1", "localhost", "LOCALHOST", "[::1]", "0x7f.1", "2130706433"]) {
    await assertRejects(
      () => reachable(new URL(`http://${host}`).hostname, ""),
      TypeError,
      "of a private range",
    );
  }
  await assertRejects(
    () => reachable("localhost", "db,127.0.0.1"),
    TypeError,
    "of a private range",
  );
  assertEquals(await reachable("127.0.0.1", "db, 127.0.0.1"), "127.0.0.1");
  assertEquals(await reachable("127.0.0.1", "*"), "127.0.0.1");
  await assertRejects(() => reachable("no-such-host.invalid", "*"), TypeError, "it has no address");
});
