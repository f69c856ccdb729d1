import { assert, assertEquals, assertThrows } from "@std/assert";
import { figure, quantile } from "../../bench/bench.ts";
import { BENCHES, FIGURES, wantedOf } from "../../bench/main.ts";
import { endAll, ending } from "../../bench/open.ts";

Deno.test("figure() gives the median with the best and the worst run", () => {
  const params = { steps: 40 };
  assertEquals(figure({ name: "chain_40", unit: "s", params }, [0.3, 0.1, 0.2]), {
    name: "chain_40",
    value: 0.2,
    unit: "s",
    runs: 3,
    min: 0.1,
    max: 0.3,
    params,
  });
});

Deno.test("figure() takes the middle of two runs, and four digits", () => {
  assertEquals(figure({ name: "a", unit: "s" }, [1, 2, 100, 3]).value, 2.5);
  assertEquals(figure({ name: "a", unit: "s" }, [0.123456]).value, 0.1235);
});

Deno.test("wantedOf() measures once what gives several figures, and prints those that are named", () => {
  assertEquals(
    wantedOf(["why", "load_1k", "tick_idle_10k"]),
    new Map([["why", new Set()], ["deciding", new Set(["load_1k", "tick_idle_10k"])]]),
  );
  assertEquals(wantedOf(["load_1k", "deciding"]), new Map([["deciding", new Set()]]));
});

Deno.test("every measurement has the name under which it is asked for", async () => {
  for (const [name, load] of Object.entries(BENCHES)) {
    assertEquals((await load()).bench.name, name);
  }
  for (const bench of Object.values(FIGURES)) assert(Object.hasOwn(BENCHES, bench), bench);
});

Deno.test("quantile() gives the sample below which a share of them lies", () => {
  const samples = Array.from({ length: 200 }, (_, i) => 200 - i);
  assertEquals([quantile(samples, 0.99), quantile([7], 0.99), quantile([2, 1], 0)], [199, 7, 1]);
});

Deno.test("figure() refuses to make a figure of nothing", () => {
  assertThrows(
    () => figure({ name: "a", unit: "s" }, []),
    RangeError,
    'Cannot give "a": nothing was measured',
  );
});

Deno.test("endAll() ends what is open once, the newest first, also after one that cannot end", async () => {
  const ended: string[] = [];
  const open = (name: string) => ending(() => Promise.resolve(void ended.push(name)));
  open("first");
  const gone = open("gone");
  ending(() => Promise.reject(new Error("it hangs")));
  open("last");
  await gone();
  await endAll();
  await endAll();
  assertEquals(ended, ["gone", "last", "first"]);
});
