import { assert, assertEquals, assertThrows } from "@std/assert";
import { Cron } from "croner";
import { due, nextTick } from "engine";

const at = (text: string) => new Date(text);
const texts = (dates: readonly Date[]) => dates.map((d) => d.toISOString().slice(0, 16));

function found(
  catchUp: "latest" | "all" | "none",
  [last, now]: readonly [string, string],
  cron = "0 * * * *",
  timezone = "UTC",
) {
  const it = due({ cron, timezone, catchUp }, at(last), at(now), nextTick);
  return { ...it, ticks: texts(it.ticks) };
}

Deno.test("due() asks for nothing before the next tick, and for a tick at its very instant", () => {
  assertEquals(
    found("latest", ["2025-01-27T01:00:00Z", "2025-01-27T01:59:59.999Z"]).newest,
    undefined,
  );
  const on = found("latest", ["2025-01-27T01:00:00Z", "2025-01-27T02:00:00Z"]);
  assertEquals([on.ticks, on.skipped], [["2025-01-27T02:00"], 0]);
});

Deno.test("due() asks for missed ticks as the policy says", () => {
  const down = ["2025-01-27T01:30:00Z", "2025-01-27T04:10:00Z"] as const;
  assertEquals(found("latest", down).ticks, ["2025-01-27T04:00"]);
  assertEquals(found("latest", down).skipped, 2);
  assertEquals(found("all", down).ticks, [
    "2025-01-27T02:00",
    "2025-01-27T03:00",
    "2025-01-27T04:00",
  ]);
  assertEquals([found("none", down).ticks, found("none", down).skipped], [[], 3]);
});

Deno.test("due() without catching up acts on a tick that is less than a minute ago", () => {
  const punctual = found("none", ["2025-01-27T01:30:00Z", "2025-01-27T04:00:59Z"]);
  assertEquals([punctual.ticks, punctual.skipped], [["2025-01-27T04:00"], 2]);
});

Deno.test("due() finds the newest tick after years of a cron that ticks each minute", () => {
  const years = ["2021-01-01T00:00:00Z", "2025-01-27T04:10:30Z"] as const;
  const latest = found("latest", years, "* * * * *");
  assertEquals(latest.ticks, ["2025-01-27T04:10"]);
  assertEquals(latest.newest, at("2025-01-27T04:10:00Z"));
  assert(latest.skipped >= 10_000);
});

Deno.test("due() finds the newest tick of a cron that ticks in one month only", () => {
  const years = ["2021-06-01T00:00:00Z", "2025-06-27T04:10:30Z"] as const;
  assertEquals(found("latest", years, "* * * 2 *").ticks, ["2025-02-28T23:59"]);
});

Deno.test("due() that catches up all goes on from where it stopped", () => {
  const cron = { cron: "* * * * *", timezone: "UTC", catchUp: "all" } as const;
  const now = at("2025-01-27T00:00:00Z");
  let last = at("2025-01-17T00:00:00Z");
  let ticks = 0;
  for (let looks = 0; looks < 2; looks++) {
    const some = due(cron, last, now, nextTick);
    ticks += some.ticks.length;
    last = some.newest!;
  }
  assertEquals([ticks, last], [10 * 24 * 60, now]);
});

/** The two days of 2025 on which Berlin changes its clocks, a day before and after. */
const changes = [["2025-03-29T00:00:00Z", "2025-04-01T00:00:00Z"], [
  "2025-10-25T00:00:00Z",
  "2025-10-28T00:00:00Z",
]] as const;

Deno.test("due() has the ticks of croner around both changes of the clock in Berlin", () => {
  for (const cron of ["30 2 * * *", "0 3 * * *", "15 * * * *", "*/20 1-3 * * *", "0 0 * * *"]) {
    for (const [from, to] of changes) {
      const truth = new Cron(cron, { timezone: "Europe/Berlin", paused: true })
        .enumerate(at(from));
      const expected: Date[] = [];
      for (const tick of truth) {
        if (tick > at(to)) break;
        expected.push(tick);
      }
      // Looks every three hours: the pieces add up to the whole.
      const pieces: string[] = [];
      let last = at(from);
      for (let t = last.getTime(); t <= at(to).getTime(); t += 3 * 3_600_000) {
        const rule = { cron, timezone: "Europe/Berlin", catchUp: "all" } as const;
        const piece = due(rule, last, new Date(t), nextTick);
        pieces.push(...texts(piece.ticks));
        last = piece.newest ?? last;
      }
      assertEquals(pieces, texts(expected));
      assertEquals(found("all", [from, to], cron, "Europe/Berlin").ticks, texts(expected));
    }
  }
});

Deno.test("due() ticks once a day at 02:30 in Berlin, also on days with 23 and 25 hours", () => {
  for (const [from, to] of changes) {
    const { ticks } = found("all", [from, to], "30 2 * * *", "Europe/Berlin");
    assertEquals(new Set(ticks.map((t) => t.slice(0, 10))).size, 3);
    assertEquals(ticks.length, 3);
  }
});

Deno.test("nextTick() tells which cron or time zone cannot be read", () => {
  const now = at("2025-01-27T00:00:00Z");
  assertThrows(() => nextTick("61 * * * *", "UTC", now), SyntaxError, 'cron "61 * * * *"');
  assertThrows(() => nextTick("* * * * *", "Europe/Berln", now), SyntaxError, '"Europe/Berln"');
});
