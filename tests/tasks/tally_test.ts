import { assertEquals } from "@std/assert";
import { tally, total } from "../../tasks/tally.ts";

Deno.test("tally() reads the summary line of deno test", () => {
  const cases: [string, number, number, number][] = [
    ["ok | 12 passed | 0 failed (3s)", 0, 12, 0],
    ["FAILED | 1 passed (1 step) | 2 failed (1 step) (10ms)", 1, 1, 2],
    ["ok | 5 passed | 0 failed | 2 ignored (1s)", 0, 5, 2],
    ["ok | 3 passed (2 steps) | 0 failed | 1 ignored (2 steps) | 4 filtered out", 0, 3, 1],
  ];
  for (const [line, code, passed, failed] of cases) {
    assertEquals(tally(`noise\n${line}\n\nerror: Test failed\n`, code), { passed, failed }, line);
  }
});

Deno.test("tally() takes the last summary, whatever tests print", () => {
  const output = "ok | 99 passed | 0 failed\nmore\nFAILED | 1 passed | 1 failed (1ms)";
  assertEquals(tally(output, 1), { passed: 1, failed: 1 });
});

Deno.test("tally() counts a run that broke off as a failure", () => {
  assertEquals(tally("error: Type checking failed.", 1), { passed: 0, failed: 1 });
  assertEquals(tally("ok | 4 passed | 0 failed (1s)", 137), { passed: 4, failed: 1 });
});

Deno.test("total() adds up what ran", () => {
  const parts = [{ passed: 2, failed: 1 }, null, { passed: 3, failed: 0 }];
  assertEquals(total(parts), { passed: 5, failed: 1 });
});
