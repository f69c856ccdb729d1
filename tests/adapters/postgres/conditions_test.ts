import { assertEquals } from "@std/assert";
import { asset, type ConditionLedger, Conditions, define, submissionOf, when } from "engine";
import { testLedger } from "../../services/ledger.ts";
import { workAll } from "../../engine/run/work_all.ts";

Deno.test("Conditions on PostgreSQL: another server goes on, and an idle look reads facts and switches", async () => {
  await using db = await testLedger();
  const { ledger } = db;
  const knobs = { value: "a" };
  const root = asset({ name: "root", when: when.onMissing, materialize: () => knobs.value });
  const leaf = asset({
    name: "leaf",
    deps: { root },
    when: when.or(when.eager, when.and(when.newly(when.failed), when.not(when.inFlight))),
    materialize: ({ root }) => `l ${root}`,
  });
  const definitions = define({ root, leaf });
  const asked: string[] = [];
  const counted = new Proxy(ledger, {
    get(of, name) {
      const value = Reflect.get(of, name);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => (asked.push(String(name)), value.apply(of, given));
    },
  }) as ConditionLedger;
  const work = () => workAll({ definitions, ledger, now: () => new Date() });
  const first = new Conditions(definitions, counted);
  assertEquals((await first.look(new Date()))?.steps, 2);
  assertEquals((await work()).map((o) => o.state), ["success", "success"]);
  assertEquals(await first.look(new Date()), undefined);
  asked.length = 0;
  assertEquals(await first.look(new Date()), undefined);
  assertEquals(asked.toSorted(), ["cursors", "facts"]);
  const second = new Conditions(definitions, counted);
  assertEquals(await second.look(new Date()), undefined);

  knobs.value = "b";
  const targets = [{ asset: root, key: undefined, partition: "", reason: "asked for" }];
  const asking = { trigger: "api", by: null, reason: "asked for" } as const;
  await ledger.submit(submissionOf(definitions, targets, asking, new Date()));
  await work();
  const both = await Promise.all([first.look(new Date()), second.look(new Date())]);
  assertEquals(both.map((s) => s?.steps).toSorted(), [1, undefined]);
  await work();
  for (const server of [first, second, first, second]) {
    assertEquals(await server.look(new Date()), undefined);
  }
  const [visible] = await ledger.visible([{ asset: "leaf", partition: "" }]);
  assertEquals(visible?.value, "l b");
});
