import { assert, assertEquals, assertRejects } from "@std/assert";
import { bytesOf, type Objects, ServiceUnavailableError, sha256Of } from "engine";
import type { S3Options } from "../../adapters/objects/s3/client.ts";
import { s3Objects } from "../../adapters/objects/s3/objects.ts";
import { until } from "../e2e/program.ts";
import { type FaultProxy, faultProxy } from "../services/fault_proxy.ts";
import { makeBucket, testS3 } from "../services/s3.ts";

const server = await testS3();
Deno.test.afterAll(async () => await server[Symbol.asyncDispose]());

const access = await makeBucket(server);
const target = Number(new URL(access.endpoint).port);

/** The same place, directly and through a proxy; small parts, little patience. */
function place(proxy: FaultProxy, o: Partial<S3Options> = {}): { near: Objects; far: Objects } {
  const options = { ...access, prefix: `tests/${crypto.randomUUID()}`, partSize: 5_242_880 };
  const patience = { limitMs: 800, attempts: 3, backoffMs: 20 };
  const way = { endpoint: `http://127.0.0.1:${proxy.port}` };
  return { near: s3Objects(options), far: s3Objects({ ...options, ...patience, ...way, ...o }) };
}

/** Bytes of which no two kilobytes are alike. */
const content = (size: number) => new Uint8Array(size).map((_, i) => i * 7 + (i >> 10));
const since = (from: number) => performance.now() - from;
/** Far above three tries of 0.8 s, far below what TCP waits: a busy machine is no failure. */
const IN_TIME_MS = 20_000;

Deno.test("S3 50 ms away: all is right, and parts travel side by side", async () => {
  await using proxy = await faultProxy(target);
  const { far } = place(proxy, { limitMs: 10_000 });
  proxy.latency(50);
  const bytes = content(16_000_000);
  assertEquals((await far.put("key", bytes)).sha256, sha256Of(bytes));
  assertEquals(sha256Of(await bytesOf(await far.get("key"))), sha256Of(bytes));
});

Deno.test("S3 on a slow line: what takes longer than an answer may still comes, as long as it flows", async () => {
  await using proxy = await faultProxy(target);
  const { near, far } = place(proxy);
  const bytes = content(600_000);
  await near.put("key", bytes);
  proxy.slow(300_000);
  const from = performance.now();
  assertEquals(sha256Of(await bytesOf(await far.get("key"))), sha256Of(bytes));
  assert(since(from) > 1_600, `${since(from)} ms`);
});

Deno.test("S3 on a line too slow for a part: the upload fails in its time and leaves nothing", async () => {
  await using proxy = await faultProxy(target);
  const { near, far } = place(proxy);
  proxy.slow(50_000);
  const from = performance.now();
  const put = () => far.put("key", content(600_000));
  await assertRejects(put, ServiceUnavailableError, "Nothing came for 800 ms (3 tries)");
  assert(since(from) < IN_TIME_MS, `${since(from)} ms`);
  assertEquals(await near.head("key"), undefined);
});

Deno.test("S3 in a black hole in the middle of a download: it goes on when the network is back", async () => {
  await using proxy = await faultProxy(target);
  const { near, far } = place(proxy);
  const bytes = content(8_000_000);
  await near.put("key", bytes);
  const parts: Uint8Array[] = [];
  let healing: Promise<void> | undefined;
  for await (const chunk of await far.get("key")) {
    parts.push(chunk);
    if (healing !== undefined) continue;
    proxy.blackHole();
    healing = new Promise<void>((resolve) => setTimeout(resolve, 1_200)).then(() => proxy.heal());
  }
  await healing;
  const got = new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
  assertEquals(sha256Of(got), sha256Of(bytes));
});

Deno.test("S3 in a black hole for good: upload, download and look end in their time, and say so", async () => {
  await using proxy = await faultProxy(target);
  const { near, far } = place(proxy);
  await near.put("key", content(8_000_000));
  const reading = await far.get("key");
  proxy.blackHole();
  const from = performance.now();
  const troubles = await Promise.all([
    assertRejects(() => far.put("other", content(12_000_000)), ServiceUnavailableError),
    assertRejects(() => bytesOf(reading), ServiceUnavailableError),
    assertRejects(() => far.head("key"), ServiceUnavailableError),
  ]);
  assert(since(from) < IN_TIME_MS, `${since(from)} ms`);
  for (const { message } of troubles) assert(message.includes("Nothing came for 800 ms"), message);
  await proxy.heal();
  assertEquals(await near.head("other"), undefined);
  assertEquals((await far.head("key"))?.size, 8_000_000);
});

Deno.test("S3 that refuses connections: an error that says so, soon", async () => {
  await using proxy = await faultProxy(target);
  const { far } = place(proxy);
  proxy.refuse();
  const error = await assertRejects(
    () => far.head("key"),
    ServiceUnavailableError,
    "Connection refused",
  );
  assert(error.message.includes("(3 tries)"), error.message);
});

Deno.test("an upload into a black hole that is given up ends at once, one of many parts soon", async () => {
  await using proxy = await faultProxy(target);
  const { near, far } = place(proxy, { limitMs: 60_000, attempts: 6 });
  const givenUp = async (putting: Promise<unknown>, stop: AbortController) => {
    const failing = assertRejects(() => putting, DOMException);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const from = performance.now();
    stop.abort();
    await failing;
    return since(from);
  };
  const [small, large] = [new AbortController(), new AbortController()];
  proxy.slow(4_000_000);
  const putting = far.put("large", content(12_000_000), { signal: large.signal });
  await until(() => proxy.counts.requests > 2_000_000, { what: "parts to be under way" });
  proxy.blackHole();
  const ms = await givenUp(putting, large);
  assert(ms < 40_000, `12 MB: ${ms} ms`);
  const one = far.put("small", content(1_000), { signal: small.signal });
  const soon = await givenUp(one, small);
  assert(soon < IN_TIME_MS, `1 kB: ${soon} ms`);
  await proxy.heal();
  assertEquals(await near.head("large"), undefined);
});
