import { assert, assertEquals } from "@std/assert";
import { asset, define, partitions, submissionOf, withKeySets } from "engine";
import { memoryLedger } from "engine/testing";
import { workAll } from "./work_all.ts";

const NOW = new Date("2025-01-28T00:00:00Z");
const now = () => NOW;

Deno.test("withKeySets() tells rules of keys before slices are read, also those in a cross", async () => {
  const customers = partitions.dynamic("customers");
  const day = partitions.daily({ start: "2025-01-27" });
  const each = asset({ name: "each", partitions: customers, materialize: () => 1 });
  const daily = asset({
    name: "daily",
    partitions: partitions.cross({ day, customer: partitions.dynamic("customers") }),
    deps: { each },
    materialize: () => 1,
  });
  const ledger = memoryLedger({ now });
  const kept = withKeySets(ledger, define({ each, daily }));
  await ledger.addKeys("customers", ["acme", "globex"]);
  assertEquals(customers.keys(NOW), []);
  await kept.slices();
  assertEquals(customers.keys(NOW), ["acme", "globex"]);
  assertEquals(daily.partitions.keys(NOW), [
    { day: "2025-01-27", customer: "acme" },
    { day: "2025-01-27", customer: "globex" },
  ]);
  await kept.removeKeys("customers", ["acme"]);
  assertEquals(customers.keys(NOW), ["globex"]);
});

Deno.test("withKeySets() lets a worker run a slice that was added after it started", async () => {
  const customers = partitions.dynamic("customers");
  const each = asset({
    name: "each",
    partitions: customers,
    materialize: (_, { partition }) => `made for ${partition}`,
  });
  const definitions = define({ each });
  const ledger = memoryLedger({ now });
  const other = withKeySets(ledger, definitions);
  await ledger.addKeys("customers", ["acme"]);
  const target = { asset: each, key: "acme", partition: "acme", reason: "asked for" };
  const asking = { trigger: "api", by: null, reason: "asked for" } as const;
  await ledger.submit(submissionOf(definitions, [target], asking, NOW));
  const outcomes = await workAll({ definitions, ledger: other, now });
  assertEquals(outcomes.map((o) => o.state), ["success"]);
  const [made] = await ledger.visible([{ asset: "each", partition: "acme" }]);
  assertEquals(made?.value, "made for acme");
});

Deno.test("withKeySets() is the ledger itself where nothing is dynamic", () => {
  const ledger = memoryLedger({ now });
  const it = asset({ name: "it", materialize: () => 1 });
  assert(withKeySets(ledger, define({ it })) === ledger);
});
