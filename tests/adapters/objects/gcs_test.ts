import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { bytesOf, ServiceUnavailableError, sha256Of } from "engine";
import { objectsContract } from "engine/testing";
import { createVerify, generateKeyPairSync } from "node:crypto";
import { gcsClient } from "../../../adapters/objects/gcs/client.ts";
import { gcsObjects } from "../../../adapters/objects/gcs/objects.ts";
import { accountTokens, serviceAccount } from "../../../adapters/objects/gcs/token.ts";
import { openObjects } from "../../../adapters/objects/setting.ts";
import { faultProxy } from "../../services/fault_proxy.ts";
import { testGcs } from "../../services/gcs.ts";

const server = await testGcs();
const { endpoint } = server;
Deno.test.afterAll(async () => await server[Symbol.asyncDispose]());

const text = (words: string) => new TextEncoder().encode(words);
const bucket = `test-${crypto.randomUUID()}`;
const made = await gcsClient({ bucket, prefix: "", endpoint }).ask({
  method: "POST",
  url: "/storage/v1/b",
  query: { project: "test" },
  headers: { "content-type": "application/json" },
  body: text(JSON.stringify({ name: bucket })),
  doing: "make a bucket",
  signal: undefined,
});
assertEquals(made.status, 200);

/** A place in the bucket that nobody else uses. */
const place = () => ({ bucket, endpoint, prefix: `tests/${crypto.randomUUID()}` });

objectsContract("gcs", () => {
  const objects = gcsObjects(place());
  return Promise.resolve({ objects, [Symbol.asyncDispose]: () => Promise.resolve() });
});

Deno.test("gcsObjects() goes on where it was when a download is cut, and gives the same bytes", async () => {
  const options = place();
  const bytes = new Uint8Array(6_000_000).map((_, i) => i * 7 + (i >> 12));
  await gcsObjects(options).put("key", bytes);
  const port = Number(new URL(endpoint).port);
  await using proxy = await faultProxy(port);
  proxy.cutAfter({ bytes: 1_500_000, of: "answers", times: 4 });
  const through = `http://127.0.0.1:${proxy.port}`;
  const cut = gcsObjects({ ...options, endpoint: through, backoffMs: 10 });
  assertEquals(sha256Of(await bytesOf(await cut.get("key"))), sha256Of(bytes));
  assert(proxy.counts.cut >= 2, `${proxy.counts.cut} connections were cut`);
});

Deno.test("gcsObjects() keeps the right bytes although the upload is cut", async () => {
  const options = place();
  const bytes = new Uint8Array(18_000_000).map((_, i) => i * 7 + (i >> 12));
  await using proxy = await faultProxy(Number(new URL(endpoint).port));
  proxy.cutAfter({ bytes: 5_000_000, of: "requests", times: 3 });
  const through = `http://127.0.0.1:${proxy.port}`;
  const cut = gcsObjects({ ...options, endpoint: through, backoffMs: 10 });
  assertEquals((await cut.put("key", bytes)).sha256, sha256Of(bytes));
  assertEquals(proxy.counts.cut, 3);
  assertEquals(sha256Of(await bytesOf(await gcsObjects(options).get("key"))), sha256Of(bytes));
});

Deno.test("gcsObjects() gives up a server that is silent, in the time it was told", async () => {
  await using proxy = await faultProxy(Number(new URL(endpoint).port));
  proxy.blackHole();
  const patience = { limitMs: 200, attempts: 2, backoffMs: 10 };
  const through = `http://127.0.0.1:${proxy.port}`;
  const silent = gcsObjects({ ...place(), endpoint: through, ...patience });
  const put = () => silent.put("key", text("x"));
  await assertRejects(put, ServiceUnavailableError, "Nothing came for 200 ms (2 tries)");
});

Deno.test("openObjects() opens gs:// at STORAGE_EMULATOR_HOST", async () => {
  const { host } = new URL(endpoint);
  const env: Record<string, string> = {
    AURORA_OBJECTS: `gs://${bucket}/by/env`,
    STORAGE_EMULATOR_HOST: host,
  };
  const objects = await openObjects((name) => env[name]);
  await objects.put("key", text("hello"));
  assertEquals([objects.name, objects.place], ["gcs", `gs://${bucket}/by/env`]);
  assertEquals(await bytesOf(await objects.get("key")), text("hello"));
});

Deno.test("accountTokens() asks once an hour, by a statement that the account's key has signed", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const assertions: string[] = [];
  await using google = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (r) => {
      assertions.push(new URLSearchParams(await r.text()).get("assertion") ?? "");
      return Response.json({ access_token: "t1", expires_in: 3_600 });
    },
  );
  const account = serviceAccount(JSON.stringify({
    client_email: "aurora@example.org",
    private_key: privateKey,
    token_uri: `http://127.0.0.1:${google.addr.port}/token`,
  }));
  const tokens = accountTokens(account, {});
  assertEquals([await tokens(), await tokens(), assertions.length], ["t1", "t1", 1]);
  const [head, claims, signature] = assertions[0]!.split(".");
  const verify = createVerify("RSA-SHA256").update(`${head}.${claims}`);
  assert(verify.verify(publicKey, signature!, "base64url"));
  const said = JSON.parse(atob(claims!.replaceAll("-", "+").replaceAll("_", "/")));
  assertEquals([said.iss, said.aud, said.exp - said.iat], [
    "aurora@example.org",
    account.token_uri,
    3_600,
  ]);
  assertThrows(() => serviceAccount(`{"type":"authorized_user"}`), SyntaxError, "private_key");
});
