import { assertEquals, assertThrows } from "@std/assert";
import { Cron } from "croner";
import {
  asset,
  checkCrons,
  cronText,
  deadline,
  define,
  DefinitionError,
  due,
  job,
  lastTick,
  nextTick,
  nextTicks,
  when,
} from "engine";
import dst from "./dst/ticks.json" with { type: "json" };

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

Deno.test("nextTick() of several crons is that of the first to come", () => {
  const both = cronText(["0 14 * * *", "0 2 * * *"]);
  const ticks = nextTicks(both, "UTC", now, 3).map((t) => t.toISOString().slice(5, 13));
  assertEquals(ticks, ["01-27T14", "01-28T02", "01-28T14"]);
});

Deno.test("checkCrons() reads each of several crons", () => {
  const a = asset({ name: "a", materialize: () => 1 });
  const bad = job({ name: "bad", cron: ["0 2 * * *", "0 25 * * *"], assets: [a] });
  assertThrows(() => checkCrons(define({ a, bad }), now), DefinitionError, '"0 25 * * *"');
});

Deno.test("checkCrons() reads the crons of deadlines: one that cannot be read would silence all alerts", () => {
  const by = (name: string, cron: string, timezone: string) =>
    asset({ name, deadline: deadline({ by: cron, timezone }), materialize: () => 1 });
  const good = by("good", "30 6 * * *", "Europe/Berlin");
  const bad = by("bad", "half past six", "UTC");
  const nowhere = by("nowhere", "30 6 * * *", "Mars/Olympus");
  const definitions = define({ good, bad, nowhere });
  const error = assertThrows(() => checkCrons(definitions, now), DefinitionError);
  assertEquals(error.problems.map((p) => p.names), [["bad"], ["nowhere"]]);
});

Deno.test("checkCrons() refuses a cron that never ticks, and not one whose year is over", () => {
  const a = asset({ name: "a", materialize: () => 1 });
  const never = job({ name: "never", cron: "0 0 30 2 *", assets: [a] });
  const once = job({ name: "once", cron: "0 0 0 1 1 * 2020", assets: [a] });
  assertThrows(() => checkCrons(define({ a, never }), now), DefinitionError, "never ticks");
  checkCrons(define({ a, once }), now);
});

Deno.test("job() and deadline() refuse an empty list of crons", () => {
  assertThrows(() => job({ name: "a", cron: [], assets: [] }), RangeError, "the list is empty");
  assertThrows(() => deadline({ by: [] }), RangeError, "the list is empty");
});

Deno.test("due() finds the ticks that Python's zoneinfo tells of days on which clocks change", () => {
  assertEquals([...new Set(dst.map((row) => row.zone))].length, 3);
  for (const { zone, cron, ticks } of dst) {
    const rule = { cron, timezone: zone, catchUp: "all" } as const;
    const last = new Date(Date.parse(ticks[0]!) - 1_000);
    const found = due(rule, last, new Date(ticks.at(-1)!), nextTick).ticks;
    assertEquals(found.map(String), ticks.map((t) => String(new Date(t))), `${cron} ${zone}`);
  }
});

Deno.test("due() finds the ticks that croner enumerates", () => {
  const crons = ["*/7 * * * *", "0 9 * * 1-5", "0 0 L * *", "30 5 1,15 * *", "0 12 * * 5#2"];
  const from = new Date("2025-01-01T00:00:00Z");
  for (const timezone of ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]) {
    for (const cron of crons) {
      const theirs = new Cron(cron, { timezone, paused: true }).nextRuns(200, from);
      const rule = { cron, timezone, catchUp: "all" } as const;
      const now = theirs.at(-1)!;
      assertEquals(due(rule, from, now, nextTick).ticks, theirs);
      const latest = due({ ...rule, catchUp: "latest" }, from, now, nextTick);
      assertEquals([latest.ticks, latest.skipped], [[now], theirs.length - 1]);
      const before = new Date(now.getTime() - 1);
      assertEquals(lastTick(rule, before, nextTick), theirs.at(-2));
      assertEquals(lastTick(rule, now, nextTick), now);
    }
  }
});
