import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  artefactKey,
  artefacts,
  type Collected,
  collectGarbage,
  type Objects,
  raiseFlag,
  sha256Of,
} from "engine";
import { MemoryObjects, Turns } from "./turns.ts";

const text = (words: string) => new TextEncoder().encode(words);
const atOnce = () => Promise.resolve();
const keyOf = (words: string) => artefactKey(sha256Of(text(words)));
const digests = (...words: readonly string[]) => new Set(words.map((w) => sha256Of(text(w))));

/** A store with artefacts, one written each millisecond. */
async function storeOf(...words: readonly string[]): Promise<MemoryObjects> {
  const objects = new MemoryObjects(atOnce);
  for (const w of words) await artefacts(objects).put(text(w));
  return objects;
}

Deno.test("collectGarbage() removes what is unused and old, and nothing else", async () => {
  const objects = await storeOf("used", "old", "young");
  await objects.put("exports/a.txt", text("of somebody"));
  const of = {
    objects,
    referenced: () => Promise.resolve(digests("used")),
    before: new Date(3),
  };
  const expected: Collected = {
    artefacts: 3,
    referenced: 1,
    young: 1,
    removed: 1,
    bytes: 3,
    swept: 0,
  };
  assertEquals(await collectGarbage({ ...of, dryRun: true }), expected);
  assertEquals(objects.kept.size, 4);
  assertEquals(await collectGarbage({ ...of, dryRun: false }), expected);
  const left = [keyOf("used"), keyOf("young"), "exports/a.txt"].sort();
  assertEquals([...objects.kept.keys()].sort(), left);
});

Deno.test("collectGarbage() sees what is referred to after it looked first", async () => {
  const objects = await storeOf("used", "old");
  let asked = 0;
  const referenced = () =>
    Promise.resolve(asked++ === 0 ? digests("used") : digests("used", "old"));
  const before = new Date(100);
  const { removed } = await collectGarbage({ objects, referenced, before, dryRun: false });
  assertEquals([removed, objects.kept.has(keyOf("old"))], [0, true]);
});

Deno.test("collectGarbage() refuses a store of which nothing is referred to", async () => {
  const objects = await storeOf("of another database");
  const of = { objects, before: new Date(100), dryRun: false };
  const referenced = () => Promise.resolve(digests("mine"));
  await assertRejects(() => collectGarbage({ ...of, referenced }), RangeError, "AURORA_OBJECTS");
  assertEquals(objects.kept.size, 1);
});

Deno.test("collectGarbage() takes away the flag of a collection that died; writers do not wait for it", async () => {
  const objects = await storeOf("used", "old");
  await raiseFlag(objects, [...digests("old")]);
  objects.now += 2 * 3_600_000;
  await artefacts(objects, { wait: () => Promise.reject(new Error("It waits")) }).put(text("old"));
  const referenced = () => Promise.resolve(digests("used"));
  const collected = await collectGarbage({
    objects,
    referenced,
    before: new Date(objects.now - 3_600_000),
    dryRun: false,
  });
  assertEquals([collected.young, collected.removed, collected.swept], [1, 0, 1]);
});

/**
 * Keeps the bytes of an old, unused artefact again and refers to it, while a collection runs; every operation of both
 * is a turn. Gives whether the artefact is there in the end.
 */
async function survives(
  seed: number,
  put: (objects: Objects, turns: Turns) => Promise<unknown>,
): Promise<boolean> {
  const turns = new Turns(seed);
  const before = await storeOf("used", "again", "other");
  const objects = new MemoryObjects(() => turns.take());
  before.kept.forEach((kept, key) => objects.kept.set(key, kept));
  objects.now = 2_000;
  const used = digests("used");
  const write = async () => {
    await put(objects, turns);
    await turns.take();
    used.add(sha256Of(text("again")));
  };
  const referenced = async () => {
    await turns.take();
    return new Set(used);
  };
  const collection = { objects, referenced, before: new Date(1_000), dryRun: false };
  await turns.run(write, () => collectGarbage(collection));
  assert(!objects.kept.has(keyOf("other")), "what is garbage goes");
  assert([...objects.kept.keys()].every((key) => !key.startsWith("gc/")), "no flag stays");
  return objects.kept.has(keyOf("again"));
}

async function lost(put: Parameters<typeof survives>[1]): Promise<number> {
  let n = 0;
  for (let seed = 1; seed <= 1_500; seed++) if (!await survives(seed, put)) n++;
  return n;
}

Deno.test("an artefact that is kept again while a collection removes it is there afterwards, in 1,500 orders", async () => {
  const put = (objects: Objects, turns: Turns) =>
    artefacts(objects, { wait: () => turns.take() }).put(text("again"));
  assertEquals(await lost(put), 0);
});

Deno.test("without looking for flags such an artefact is lost in some of these orders", async () => {
  assert(await lost((objects) => objects.put(keyOf("again"), text("again"))) > 0);
});
