/**
 * The contract on keys of dynamic partitions.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Ledger } from "../ledger.ts";
import type { Behaviour } from "./subject.ts";

const setOf = async (ledger: Ledger, set = "customers") =>
  (await ledger.keySets(new Map([[set, 0]])))[0];

const keysOf = async (ledger: Ledger, set?: string) =>
  (await setOf(ledger, set))?.keys.map((k) => `${k.removed ? "-" : ""}${k.key}`).join(" ");

/** Sentences on `addKeys()`, `removeKeys()` and `keySets()`. */
export const setBehaviours: readonly Behaviour[] = [
  ["addKeys() keeps keys in the order in which they were added, each once", async ({ ledger }) => {
    assertEquals(await keysOf(ledger), undefined);
    assertEquals(await ledger.addKeys("customers", ["globex", "acme", "globex"]), 2);
    assertEquals(await ledger.addKeys("customers", ["initech", "acme"]), 1);
    assertEquals(await keysOf(ledger), "globex acme initech");
    const ages = (await setOf(ledger))!.keys.map((k) => k.addedAt.getTime());
    assertEquals(ages, ages.toSorted((a, b) => a - b));
    assertEquals(await ledger.addKeys("customers", []), 0);
  }],
  ["removeKeys() leaves the place of a key, addKeys() gives it back", async ({ ledger }) => {
    await ledger.addKeys("customers", ["acme", "globex", "initech"]);
    const before = (await setOf(ledger))!.keys;
    assertEquals(await ledger.removeKeys("customers", ["acme", "unknown"]), 1);
    assertEquals(await ledger.removeKeys("customers", ["acme"]), 0);
    assertEquals(await keysOf(ledger), "-acme globex initech");
    assertEquals(await ledger.addKeys("customers", ["acme"]), 1);
    assertEquals((await setOf(ledger))!.keys, before);
  }],
  ["keySets() gives only sets that are not the known ones", async ({ ledger }) => {
    await ledger.addKeys("customers", ["acme"]);
    await ledger.addKeys("sensors", ["roof"]);
    const found = await ledger.keySets(new Map([["customers", 0], ["sensors", 0], ["none", 0]]));
    assertEquals(found.map((s) => s.set).sort(), ["customers", "sensors"]);
    const known = new Map(found.map((s) => [s.set, s.revision]));
    assertEquals(await ledger.keySets(known), []);
    await ledger.addKeys("customers", ["acme"]);
    assertEquals(await ledger.keySets(known), [], "nothing was added");
    await ledger.removeKeys("customers", ["acme"]);
    assertEquals((await ledger.keySets(known)).map((s) => s.set), ["customers"]);
    assertEquals(await ledger.keySets(new Map()), []);
  }],
  ["addKeys() and removeKeys() are facts", async ({ ledger }) => {
    await ledger.addKeys("customers", ["acme", "globex"]);
    await ledger.addKeys("customers", ["acme"]);
    await ledger.removeKeys("customers", ["acme"]);
    const facts = (await ledger.facts("", 100)).filter((f) => f.kind === "keys");
    assertEquals(facts.map((f) => `${f.name} ${f.state}`), [
      "customers added",
      "customers removed",
    ]);
  }],
  ["addKeys() of many at once gives each key one place", async ({ ledger }) => {
    const of = (i: number) => [`k${i}`, `k${i + 1}`, "all"];
    await Promise.all(Array.from({ length: 8 }, (_, i) => ledger.addKeys("customers", of(i))));
    const { keys, revision } = (await setOf(ledger))!;
    assertEquals(new Set(keys.map((k) => k.key)).size, keys.length);
    assertEquals(keys.length, 10);
    assert(revision >= 4);
  }],
];
