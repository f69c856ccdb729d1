import { assert } from "@std/assert";
import { memoryLedger } from "engine/testing";
import { walk } from "./random_walk.ts";

const seeds = 300;

Deno.test(`what must hold holds in ${seeds} random histories`, async () => {
  const seen = { accepted: 0, refused: 0, runs: 0, lost: 0, skipped: 0, killers: 0 };
  for (let seed = 1; seed <= seeds; seed++) {
    let now = Date.parse("2025-01-27T06:00:00Z");
    const ledger = memoryLedger({ now: () => new Date(now) });
    const pass = (ms: number) => Promise.resolve(void (now += ms));
    const world = await walk({ ledger, now: () => new Date(now), pass }, seed);
    const steps = world.seen.runs.flatMap((run) => run.steps);
    seen.runs += world.seen.runs.length;
    seen.accepted += world.accepted.size;
    seen.refused += world.given.length - world.accepted.size;
    seen.lost += steps.filter((s) => s.attempts.some((a) => a.state === "lost")).length;
    seen.skipped += steps.filter((s) => s.state === "skipped").length;
    seen.killers += steps.filter((s) =>
      s.state === "failed" && s.attempts.at(-1)?.state === "lost"
    ).length;
  }
  // A walk that never comes to the hard places proves nothing.
  for (const [what, times] of Object.entries(seen)) assert(times > 0, `no ${what} in any history`);
});
