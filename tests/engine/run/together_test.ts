import { assertEquals, assertRejects } from "@std/assert";
import type { MaterializationRecord, SliceKey } from "engine";
import { together } from "../../../engine/run/together.ts";

const key = (asset: string): SliceKey => ({ asset, partition: "" });

/** A ledger in which only the given assets are materialized, and what it was asked. */
function known(...assets: string[]) {
  const asked: string[][] = [];
  const visible = (keys: readonly SliceKey[]) => {
    asked.push(keys.map((k) => k.asset));
    const found = keys.filter((k) => assets.includes(k.asset));
    return Promise.resolve(found as unknown as readonly MaterializationRecord[]);
  };
  return { asked, visible, versions: () => Promise.resolve([]) };
}

const names = (records: readonly MaterializationRecord[]) => records.map((r) => r.asset);

Deno.test("together() makes one question of those of one moment, and each gets its own answer", async () => {
  const ledger = known("a", "b");
  const reader = together(ledger);
  const [one, two, none] = await Promise.all([
    reader.visible([key("a"), key("b")]),
    reader.visible([key("b"), key("c")]),
    reader.visible([key("c")]),
  ]);
  assertEquals([names(one), names(two), names(none)], [["a", "b"], ["b"], []]);
  assertEquals(ledger.asked, [["a", "b", "c"]]);
});

Deno.test("together() asks again for what is asked later", async () => {
  const ledger = known("a");
  const reader = together(ledger);
  await reader.visible([key("a")]);
  await reader.visible([key("a")]);
  assertEquals(ledger.asked, [["a"], ["a"]]);
});

Deno.test("together() asks nothing for no slices", async () => {
  const ledger = known();
  assertEquals(await together(ledger).visible([]), []);
  assertEquals(ledger.asked, []);
});

Deno.test("together() tells everybody who asked that it failed", async () => {
  const reader = together({
    visible: () => Promise.reject(new TypeError("away")),
    versions: () => Promise.resolve([]),
  });
  const asked = [reader.visible([key("a")]), reader.visible([key("b")])];
  for (const answer of asked) await assertRejects(() => answer, TypeError, "away");
});
