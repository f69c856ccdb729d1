import { assert, assertEquals, assertRejects } from "@std/assert";
import { artefacts, bytesOf, collectGarbage, ServiceUnavailableError, sha256Of } from "engine";
import { objectsContract } from "engine/testing";
import { s3Client, type S3Options } from "../../../adapters/objects/s3/client.ts";
import { s3Objects } from "../../../adapters/objects/s3/objects.ts";
import { faultProxy } from "../../services/fault_proxy.ts";
import { makeBucket, testS3 } from "../../services/s3.ts";

const server = await testS3();
Deno.test.afterAll(async () => await server[Symbol.asyncDispose]());

const text = (words: string) => new TextEncoder().encode(words);

const access = await makeBucket(server);

/** A place in the bucket that nobody else uses. */
const place = (): S3Options => ({ ...access, prefix: `tests/${crypto.randomUUID()}` });

objectsContract("s3", () => {
  const objects = s3Objects(place());
  return Promise.resolve({ objects, [Symbol.asyncDispose]: () => Promise.resolve() });
});

Deno.test("s3Objects() keeps what is below its prefix apart from the rest", async () => {
  const options = place();
  const [a, b] = ["a", "ab"].map((end) => s3Objects({ ...options, prefix: options.prefix + end }));
  await a!.put("key", text("of a"));
  await b!.put("key", text("of ab"));
  assertEquals(await bytesOf(await a!.get("key")), text("of a"));
  assertEquals((await Array.fromAsync(a!.list(""))).map((o) => o.key), ["key"]);
});

Deno.test("s3Objects() says what the server says: wrong key, no bucket", async () => {
  const options = place();
  const wrong = s3Objects({ ...options, secretAccessKey: "wrong" });
  const put = () => wrong.put("key", text("x"));
  await assertRejects(put, ServiceUnavailableError, "SignatureDoesNotMatch");
  const nowhere = s3Objects({ ...options, bucket: "there-is-none" });
  await assertRejects(() => nowhere.get("key"), Deno.errors.NotFound, "there-is-none");
});

Deno.test("s3Objects() lists more than a page", async () => {
  const objects = s3Objects(place());
  const keys = Array.from({ length: 1_050 }, (_, i) => `n/${String(i).padStart(5, "0")}`);
  for (let i = 0; i < keys.length; i += 50) {
    await Promise.all(keys.slice(i, i + 50).map((key) => objects.put(key, text(key))));
  }
  assertEquals((await Array.fromAsync(objects.list("n/"))).map((o) => o.key).sort(), keys);
});

Deno.test("s3Objects() sweeps uploads that were never completed", async () => {
  const options = place();
  const begin = {
    method: "POST",
    query: { uploads: "" },
    doing: "begin",
    signal: undefined,
  } as const;
  await s3Client(options).ask({ ...begin, path: `${options.prefix}/half` });
  await s3Client(options).ask({ ...begin, path: `of-others/${crypto.randomUUID()}` });
  const objects = s3Objects(options);
  assertEquals(await objects.sweep(new Date(Date.now() - 3_600_000)), 0);
  assertEquals(await objects.sweep(new Date(Date.now() + 3_600_000)), 1);
  assertEquals(await objects.sweep(new Date(Date.now() + 3_600_000)), 0);
});

Deno.test("s3Objects() asks the server to encrypt", async () => {
  const options = { ...place(), sse: "AES256" };
  await s3Objects(options).put("key", text("kept closed"));
  const path = `${options.prefix}/key`;
  const asked = { method: "HEAD", path, doing: "look", signal: undefined } as const;
  const answer = await s3Client(options).ask(asked);
  assertEquals(answer.headers.get("x-amz-server-side-encryption"), "AES256");
  assertEquals(await bytesOf(await s3Objects(options).get("key")), text("kept closed"));
});

const random = (size: number) => {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
};
const through = (port: number) => `http://127.0.0.1:${port}`;
const port = Number(new URL(access.endpoint).port);

Deno.test("s3Objects() goes on where it was when a download is cut, and gives the same bytes", async () => {
  const options = place();
  const bytes = random(6_000_000);
  await s3Objects(options).put("key", bytes);
  await using proxy = await faultProxy(port);
  proxy.cutAfter({ bytes: 1_500_000, of: "answers", times: 4 });
  const cut = s3Objects({ ...options, endpoint: through(proxy.port), backoffMs: 10 });
  const got = await bytesOf(await cut.get("key"));
  assertEquals(sha256Of(got), sha256Of(bytes));
  assert(proxy.counts.cut >= 2, `${proxy.counts.cut} connections were cut`);
});

Deno.test("s3Objects() sends again what was cut on its way up", async () => {
  const options = place();
  const bytes = random(18_000_000);
  await using proxy = await faultProxy(port);
  proxy.cutAfter({ bytes: 5_000_000, of: "requests", times: 3 });
  const cut = s3Objects({ ...options, endpoint: through(proxy.port), backoffMs: 10 });
  assertEquals((await cut.put("key", bytes)).sha256, sha256Of(bytes));
  assertEquals(proxy.counts.cut, 3);
  assertEquals(sha256Of(await bytesOf(await s3Objects(options).get("key"))), sha256Of(bytes));
});

Deno.test("s3Objects() gives up a server that is silent, in the time it was told", async () => {
  const options = place();
  await using proxy = await faultProxy(port);
  proxy.blackHole();
  const patience = { limitMs: 200, attempts: 2, backoffMs: 10 };
  const silent = s3Objects({ ...options, endpoint: through(proxy.port), ...patience });
  const put = () => silent.put("key", text("x"));
  await assertRejects(put, ServiceUnavailableError, "Nothing came for 200 ms (2 tries)");
});

Deno.test("s3Objects() tells bytes that were changed in the bucket", async () => {
  const options = place();
  await s3Objects(options).put("key", text("hello"));
  const { sha256 } = (await s3Objects(options).head("key"))!;
  const request = {
    method: "PUT",
    path: `${options.prefix}/key`,
    headers: { "x-amz-meta-sha256": sha256 },
    body: text("hullo"),
    doing: "change",
    signal: undefined,
  } as const;
  await s3Client(options).ask(request);
  const read = async () => await bytesOf(await s3Objects(options).get("key"));
  await assertRejects(read, Deno.errors.InvalidData, "damaged");
});

Deno.test("collectGarbage() removes from a bucket what is unused", async () => {
  const kept = artefacts(s3Objects(place()));
  const [used] = [await kept.put(text("used")), await kept.put(text("garbage"))];
  const collected = await collectGarbage({
    objects: kept.objects,
    referenced: () => Promise.resolve(new Set([used!.digest])),
    before: new Date(Date.now() + 3_600_000),
    dryRun: false,
  });
  assertEquals([collected.artefacts, collected.removed, collected.bytes], [2, 1, 7]);
  assertEquals(await kept.get(used!.digest), text("used"));
  assertEquals((await Array.fromAsync(kept.objects.list(""))).length, 1);
});
