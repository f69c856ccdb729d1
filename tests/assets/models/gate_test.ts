import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Contest, gate } from "../../../assets/models/gate.ts";

const contest: Contest = { mae: 0.8, baselineMae: 1, championMae: 0.8, tolerance: 0.01 };

Deno.test("gate() promotes what beats the baselines and is at most 1 % worse than the champion", () => {
  const cases: [string, Partial<Contest>, boolean][] = [
    ["as good as the champion", {}, true],
    ["better than the champion", { mae: 0.7 }, true],
    ["within 1 %", { mae: 0.8079 }, true],
    ["more than 1 % worse", { mae: 0.8081 }, false],
    ["the first model", { championMae: undefined }, true],
    ["the first model, worse than a baseline", { championMae: undefined, mae: 1.1 }, false],
    ["as good as a baseline", { baselineMae: 0.8 }, false],
    ["better than the champion, worse than a baseline", { mae: 1.2, championMae: 2 }, false],
    ["no number", { mae: NaN }, false],
  ];
  for (const [name, change, promoted] of cases) {
    assertEquals(gate({ ...contest, ...change }).promoted, promoted, name);
  }
});

Deno.test("gate() tells why", () => {
  assertStringIncludes(gate({ ...contest, mae: 0.9 }).reason, "worse by 12.50 %");
  assertStringIncludes(gate({ ...contest, mae: 1.5 }).reason, "does not beat the baseline 1.0000");
});
