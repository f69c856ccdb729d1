import { assertEquals, assertThrows } from "@std/assert";
import { asset, checkCrons, define, DefinitionError, job, nextTick, when } from "engine";

const now = new Date("2025-01-27T06:00:00Z");

Deno.test("checkCrons() names everything that cannot be read, and where it stands", () => {
  const a = asset({ name: "a", when: when.cron("0 25 * * *"), materialize: () => 1 });
  const good = job({ name: "good", cron: "0 2 * * *", assets: [a] });
  const bad = job({ name: "bad", cron: "every day", assets: [a] });
  const nowhere = job({
    name: "nowhere",
    cron: "0 2 * * *",
    timezone: "Mars/Olympus",
    assets: [a],
  });
  const definitions = define({ a, good, bad, nowhere });
  const error = assertThrows(() => checkCrons(definitions, now), DefinitionError);
  assertEquals(error.problems.map((p) => p.names), [["bad"], ["nowhere"], ["a"]]);
  for (const p of error.problems) {
    assertEquals(p.at.startsWith("tests/engine/run/cron_test.ts:"), true);
  }
});

Deno.test("nextTick() is later than the instant that is given", () => {
  assertEquals(nextTick("0 6 * * *", "UTC", now), new Date("2025-01-28T06:00:00Z"));
  assertEquals(nextTick("0 7 * * *", "Europe/Berlin", now), new Date("2025-01-28T06:00:00Z"));
});
