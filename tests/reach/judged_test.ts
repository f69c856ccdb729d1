import { assertEquals, assertRejects } from "@std/assert";
import { judged, PrivateAddress, privateHosts } from "../../reach/mod.ts";

const addresses = async (host: string, allowed: string) =>
  (await judged(host, privateHosts(allowed))).map(({ address }) => address);

Deno.test("judged() refuses private addresses in every spelling unless they are allowed", async () => {
  for (const host of ["127.0.0.1", "localhost", "LOCALHOST", "[::1]", "0x7f.1", "2130706433"]) {
    const { hostname } = new URL(`http://${host}`);
    await assertRejects(() => addresses(hostname, ""), PrivateAddress, "no public address");
  }
  await assertRejects(
    () => addresses("localhost", "db,127.0.0.1"),
    PrivateAddress,
    "AURORA_PRIVATE_HOSTS",
  );
  assertEquals(await addresses("127.0.0.1", "db, 127.0.0.1"), ["127.0.0.1"]);
  assertEquals(await addresses("127.0.0.1", "*"), ["127.0.0.1"]);
  assertEquals(await addresses("[::1]", "[::1]"), ["::1"]);
  assertEquals(await addresses("::1", "::1"), ["::1"]);
});

Deno.test("judged() says that a name has no address", async () => {
  const error = await assertRejects(() => addresses("no-such-host.invalid", "*"), TypeError);
  assertEquals(error.message, '"no-such-host.invalid" has no address');
});
