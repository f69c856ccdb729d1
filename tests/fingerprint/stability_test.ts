/** What must not matter: line ends, folders, order, caches. @module */
import { assertEquals } from "@std/assert";
import { fingerprints } from "../../fingerprint/mod.ts";
import { generate } from "./corpus.ts";
import { type Files, type Given, imports, lock, taken, wholeOf } from "./given.ts";

const files = generate();

async function all(given: Files, o: Given = {}): Promise<string> {
  const found = await taken(given, o);
  return found.assets.map((name) => `${name} ${wholeOf(found.of(name)!)}`).join("\n");
}

const every = (change: (text: string) => string): Files =>
  Object.fromEntries(
    Object.entries(files).map(([path, text]) =>
      path.endsWith(".ts") ? [path, change(text)] : [path, text]
    ),
  );

Deno.test("fingerprints() are the same with other line ends, a BOM, and another order", async () => {
  const before = await all(files);
  assertEquals(await all(every((text) => text.replaceAll("\n", "\r\n"))), before);
  assertEquals(await all(every((text) => `\uFEFF${text}`)), before);
  assertEquals(await all(files, { reversed: true }), before);
});

Deno.test("fingerprints() are the same in another folder, with and without what was kept", async () => {
  const before = await all(files);
  const root = await Deno.makeTempDir();
  try {
    const whole: Files = {
      ...files,
      "deno.json": JSON.stringify({ imports }),
      "deno.lock": JSON.stringify(lock),
    };
    await Deno.mkdir(`${root}/assets`);
    await Deno.mkdir(`${root}/lib`);
    for (const [path, text] of Object.entries(whole)) {
      await Deno.writeTextFile(`${root}/${path}`, text);
    }
    const entries = Object.keys(files).filter((path) => path.startsWith("assets/p"));
    const take = async () => {
      const found = await fingerprints({ root, entries, cacheDir: `${root}/cache/deep` });
      return found.assets.map((name) => `${name} ${wholeOf(found.of(name)!)}`).join("\n");
    };
    const known = new Set(before.split("\n"));
    const cold = await take();
    assertEquals(cold.split("\n").filter((line) => !known.has(line)), []);
    assertEquals(await take(), cold);
    // Half a file is what is left of a process that was killed while writing without a rename.
    await Deno.writeTextFile(`${root}/cache/deep/summaries.json`, `[["half`);
    assertEquals(await take(), cold);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
