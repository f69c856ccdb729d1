import { assertEquals } from "@std/assert";
import { keyOf, SummaryCache } from "../../fingerprint/cache.ts";
import { summarise } from "../../fingerprint/print/summarise.ts";

const text = "export const a = 1;";
const key = keyOf("a.ts", text);
const summary = summarise("a.ts", text);

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("SummaryCache gives another process what was saved, by path and text", async () => {
  await inFolder(async (folder) => {
    const cache = await SummaryCache.open(`${folder}/deep/er`);
    cache.set(key, summary);
    await cache.save();
    const again = await SummaryCache.open(`${folder}/deep/er`);
    assertEquals(again.get(key), summary);
    assertEquals(again.get(keyOf("b.ts", text)), undefined);
    assertEquals(again.get(keyOf("a.ts", `${text} `)), undefined);
  });
});

Deno.test("SummaryCache keeps what another branch needed", async () => {
  await inFolder(async (folder) => {
    const first = await SummaryCache.open(folder);
    first.set(key, summary);
    await first.save();
    const second = await SummaryCache.open(folder);
    second.set("another", summary);
    await second.save();
    assertEquals((await SummaryCache.open(folder)).get(key), summary);
  });
});

Deno.test("SummaryCache does without a folder that cannot be written, and without any", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    for (const place of [`${folder}/file/below`, undefined]) {
      const cache = await SummaryCache.open(place);
      cache.set(key, summary);
      await cache.save();
      assertEquals(cache.get(key), summary);
    }
  });
});
