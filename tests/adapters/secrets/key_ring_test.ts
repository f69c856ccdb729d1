import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { masked } from "engine";
import { KeyError, keyRing } from "../../../adapters/secrets/key_ring.ts";
import { keysFromEnv } from "../../../adapters/secrets/keys_from_env.ts";

const newKey = () => crypto.getRandomValues(new Uint8Array(32)).toBase64();

Deno.test("keyRing() encrypts by the newest key and decrypts by all", async () => {
  const [older, newer] = [newKey(), newKey()];
  const before = await keyRing(older);
  const sealed = await before.seal("warehouse", "text ü");
  const after = await keyRing(`${newer},\n${older}`);
  assertEquals(after.ids, [after.newest, before.newest]);
  assertEquals(await after.open("warehouse", sealed), "text ü");
  assertEquals((await after.seal("warehouse", "text")).key, after.newest);
  const error = await assertRejects(
    () => before.open("w", { ...sealed, key: after.newest }),
    KeyError,
    after.newest,
  );
  assertEquals(error.kind, "unknown");
});

Deno.test("keyRing() never encrypts alike, and the ciphertext has nothing of the text", async () => {
  const ring = await keyRing(newKey());
  const [a, b] = [await ring.seal("w", "planted-text"), await ring.seal("w", "planted-text")];
  assertNotEquals(a.bytes, b.bytes);
  assert(!new TextDecoder("latin1").decode(a.bytes).includes("planted"));
  assertEquals(a.bytes.length, 12 + "planted-text".length + 16);
});

Deno.test("keyRing() refuses what was changed or has another name", async () => {
  const ring = await keyRing(newKey());
  const sealed = await ring.seal("warehouse", "text");
  await assertRejects(() => ring.open("other", sealed), KeyError, "under another name");
  for (const at of [0, 12, sealed.bytes.length - 1]) {
    const bytes = new Uint8Array(sealed.bytes);
    bytes[at]! ^= 1;
    await assertRejects(
      () => ring.open("warehouse", { ...sealed, bytes }),
      KeyError,
      "was changed",
    );
  }
  await assertRejects(
    () => ring.open("warehouse", { ...sealed, bytes: new Uint8Array(3) }),
    KeyError,
  );
});

Deno.test("keyRing() says which key is none, and not what it is", async () => {
  await assertRejects(() => keyRing(" , "), SyntaxError, "it has no key");
  const short = new Uint8Array(16).fill(9).toBase64();
  for (
    const [text, why] of [[short, "has 16 bytes, not 32"], ["planted!", "is not base64"]] as const
  ) {
    const error = await assertRejects(
      () => keyRing(`${newKey()} ${text}`),
      SyntaxError,
      `key 2 of 2 ${why}`,
    );
    assert(!error.message.includes(text));
  }
});

Deno.test("keyRing() makes its keys known to the masking", async () => {
  const key = newKey();
  await keyRing(key);
  assertEquals(masked(`AURORA_KEYS=${key}`), "AURORA_KEYS=***");
});

Deno.test("keysFromEnv() reads a file of keys again when it meets a new key", async () => {
  const file = await Deno.makeTempFile();
  try {
    const [older, newer] = [newKey(), newKey()];
    await Deno.writeTextFile(file, older);
    const running = keysFromEnv((name) => name === "AURORA_KEYS_FILE" ? file : "");
    const sealed = await running.seal("w", "before");
    assertEquals(await running.open("w", sealed), "before");
    await Deno.writeTextFile(file, `${newer}\n${older}\n`);
    const rotated = await (await keyRing(newer)).seal("w", "after");
    assertEquals(await running.open("w", rotated), "after");
    assertEquals(await running.open("w", sealed), "before", "the older one is still there");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("keysFromEnv() needs keys only when they are used", async () => {
  const keys = keysFromEnv(() => "");
  await assertRejects(
    () => keys.seal("w", "text"),
    TypeError,
    "neither AURORA_KEYS nor AURORA_KEYS_FILE is set",
  );
});
