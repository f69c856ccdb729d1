/** A hundred edits of a project of five hundred assets, and what they change. @module */
import { assertEquals } from "@std/assert";
import { cosmetic, type Edit, generate, N, semantic } from "./corpus.ts";
import { type Given, taken, wholeOf } from "./given.ts";

/** What each edit changed, compared with the generator's own rules; those that are wrong. */
async function wrong(edits: readonly Edit[]): Promise<readonly string[]> {
  const cacheDir = await Deno.makeTempDir();
  try {
    const wholes = async (files: Edit["files"], o: Given = {}) => {
      const all = await taken(files, { cacheDir, ...o });
      return new Map(all.assets.map((name) => [name, wholeOf(all.of(name)!)]));
    };
    const before = await wholes(generate());
    assertEquals(before.size, N);
    const found: string[] = [];
    for (const { what, files, lock, expected } of edits) {
      const after = await wholes(files, lock ? { lock } : {});
      const changed = [...after].filter(([name, whole]) => before.get(name) !== whole)
        .map(([name]) => name).sort();
      if (changed.join() !== [...expected].sort().join()) {
        found.push(`${what}: ${changed.length} changed, ${expected.length} expected`);
      }
    }
    return found;
  } finally {
    await Deno.remove(cacheDir, { recursive: true });
  }
}

Deno.test("fingerprints() ignore 50 of 50 cosmetic edits of 500 assets", async () => {
  const edits = cosmetic(generate());
  assertEquals([edits.length, await wrong(edits)], [50, []]);
});

Deno.test("fingerprints() see 50 of 50 edits of meaning, in exactly the assets they reach", async () => {
  const edits = semantic(generate());
  assertEquals([edits.length, await wrong(edits)], [50, []]);
});
