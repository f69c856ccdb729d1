/** Work for a cluster, and waiting for its end. @module */
import type { Sql } from "../../adapters/postgres/connect.ts";
import { keyText, type Ledger, setPaused, submissionOf } from "../../engine/mod.ts";
import { until } from "../e2e/program.ts";
import type { Cluster } from "./cluster.ts";
import { project } from "./project.ts";

/** Submits a run of some assets, also while the database comes and goes; the same key is one run. */
export async function ask(ledger: Ledger, key: string, names: readonly string[]): Promise<string> {
  const targets = names.flatMap((name) => {
    const asset = project.asset(name);
    const keys = asset.partitions.grain === "none" ? [undefined] : PLACES;
    return keys.map((k) => ({
      asset,
      key: k as never,
      partition: keyText(k as never),
      reason: "asked for",
    }));
  });
  const asking = { trigger: "api", by: "chaos", reason: "asked for", key } as const;
  const submission = submissionOf(project, targets, asking, new Date());
  const { run } = await until(() => ledger.submit(submission).catch(() => undefined), {
    what: `run "${key}" to be accepted`,
  });
  return run;
}

const PLACES = ["p0", "p1", "p2", "p3", "p4", "p5"];

/** Keeps some runs under way until it is told to stop, asking for one each `everyMs` at most. */
export function load({ ledger, sql }: Cluster, everyMs = 0): { stop(): Promise<void> } {
  let isOver = false;
  const working = (async () => {
    for (let n = 1; !isOver; n++) {
      await ask(ledger, `load ${n}`, ["a", "b", "c", "d"]);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
      await until(async () => isOver || await openRuns(sql) < 3, {
        what: "room for a run",
        timeoutMs: 120_000,
      });
    }
  })();
  return {
    async stop() {
      isOver = true;
      await working;
    },
  };
}

async function openRuns(sql: Sql): Promise<number> {
  try {
    const [row] = await sql<{ n: number }[]>`
      select count(*)::int as n from engine.run where state in ('queued', 'running') and job is null`;
    return row!.n;
  } catch {
    return Infinity; // The database is away.
  }
}

/** Lets a cluster come to rest: nothing new is asked for, all that was ends, and all events leave. */
export async function rest(
  { ledger, sql, members }: Cluster,
  timeoutMs = 60_000,
): Promise<void> {
  for (const what of ["schedule:often", "sensor:counting"] as const) {
    await setPaused(ledger, what, { paused: true, by: "chaos", now: new Date() });
  }
  let quiet = 0;
  let state: unknown;
  await until(async () => {
    const [row] = await sql<{ open: number; unsent: number; behind: number }[]>`
      select (select count(*)::int from engine.run where state in ('queued', 'running')) as open,
        (select count(*)::int from engine.outbox where sent_at is null) as unsent`;
    state = row;
    quiet = row!.open + row!.unsent === 0 ? quiet + 1 : 0;
    // A condition may still be about to ask.
    return quiet === 20;
  }, {
    what: () =>
      `the rest of the cluster: ${JSON.stringify(state)}\n` +
      members.map((m) => `${m.kind}: ${m.program.out()}${m.program.err()}`.slice(-600)).join("\n"),
    timeoutMs,
  });
}
