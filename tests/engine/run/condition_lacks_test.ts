import { assertEquals } from "@std/assert";
import { asset, Conditions, define, judge, submissionOf, when } from "engine";
import { memoryLedger } from "engine/testing";
import { conditionLacks } from "../../../engine/run/condition_lacks.ts";
import { workAll } from "./work_all.ts";

const now = new Date("2025-01-28T00:00:00Z");

function setUp() {
  const root = asset({ name: "root", materialize: () => 1 });
  const leaf = asset({
    name: "leaf",
    deps: { root },
    when: when.eager,
    materialize: ({ root }) => root,
  });
  const definitions = define({ root, leaf });
  const ledger = memoryLedger({ now: () => now });
  const conditions = new Conditions(definitions, ledger);
  return {
    leaf,
    look: () => conditions.look(now),
    work: () => workAll({ definitions, ledger, now: () => now }),
    async submit() {
      const targets = [{ asset: root, key: undefined, partition: "", reason: "asked for" }];
      const asking = { trigger: "api", by: null, reason: "asked for" } as const;
      await ledger.submit(submissionOf(definitions, targets, asking, now));
    },
    async lacks() {
      const judgement = judge({ definitions, slices: await ledger.slices(), now });
      return await conditionLacks({ definitions, ledger, judgement }, leaf, "");
    },
  };
}

Deno.test("conditionLacks() names the operands for which a condition is not true", async () => {
  const b = setUp();
  assertEquals(await b.lacks(), ["an upstream is missing"]);
  await b.look();
  await b.submit();
  assertEquals(await b.lacks(), ["an upstream is missing", "an upstream is in flight"]);
  await b.work();
  assertEquals(await b.lacks(), []);
  await b.look();
  await b.work();
  assertEquals(await b.lacks(), [
    "it was built or asked for already",
    "no upstream changed since it was asked for",
    "its code did not change since it was asked for",
  ]);
});

Deno.test("conditionLacks() changes nothing: the next look asks as if nobody had asked", async () => {
  const b = setUp();
  await b.submit();
  await b.work();
  assertEquals(await b.lacks(), []);
  assertEquals((await b.look())?.steps, 1);
  assertEquals(await b.look(), undefined);
});
