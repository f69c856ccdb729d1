/**
 * What is known, as metrics with values.
 *
 * @module
 */
import type { AssetMeasure, Load, Tally } from "engine";
import { bounded, summed } from "./bounded.ts";
import { CATALOGUE as C, RUN_BOUNDS } from "./catalogue.ts";
import { type Family, histogram, type Metric, type Sample } from "./exposition.ts";

/** Everything that the metrics of the program are made from. */
export interface Measured {
  /** Counts of what happened. */
  readonly tallies: readonly Tally[];
  /** How much there is to do. */
  readonly load: Load;
  /** Where each asset stands, in the order of the project. */
  readonly assets: readonly AssetMeasure[];
  /** Names of the jobs. */
  readonly jobs: readonly string[];
  /** Facts that are not in the counts yet. */
  readonly uncounted: number;
  /** Whether anything sends the events of the outbox; else none of them is late. */
  readonly relays: boolean;
  /** Values of a label before the rest is one. */
  readonly limit: number;
}

/** Job of runs that people asked for without one. */
const NO_JOB = "none";

const one = (metric: Metric, value: number): Family => ({ metric, samples: [{ of: [], value }] });

/** All metrics but those of the process and of the project. O(assets + counts). */
export function families(m: Measured): readonly Family[] {
  const named = bounded([NO_JOB, ...m.jobs], m.limit);
  const job = (name: string) => named(name === "" ? NO_JOB : name);
  const asset = bounded(m.assets.map((a) => a.asset), m.limit);
  return [
    ...runFamilies(m, job),
    ...stepFamilies(m, asset),
    ...assetFamilies(m),
    ...queueFamilies(m),
    ...crewFamilies(m.load),
    one(C.uncounted, m.uncounted),
  ];
}

type Naming = (name: string) => string;

/** A counter that begins at 1 has not risen for Prometheus: the first failure of a job would be missed. */
const neverRun = (jobs: readonly string[]) =>
  jobs.flatMap((name) =>
    ["success", "failed", "cancelled"].map((part) => ({ name, part, count: 0 }))
  );

function runFamilies({ tallies, load, jobs }: Measured, job: Naming): Family[] {
  const of = (kind: Tally["kind"]) => tallies.filter((t) => t.kind === kind);
  const jobAndState = (r: { readonly job: string; readonly state: string }) => [
    job(r.job),
    r.state,
  ];
  return [
    {
      metric: C.runs,
      samples: summed(
        [...neverRun(jobs), ...of("run")],
        (t) => [job(t.name), t.part],
        (t) => t.count,
      ),
    },
    { metric: C.runDuration, samples: durations(of("run_le"), job) },
    { metric: C.activeRuns, samples: summed(load.runs, jobAndState, (r) => r.runs) },
    { metric: C.oldestRun, samples: oldest(load.runs, jobAndState) },
  ];
}

function durations(tallies: readonly Tally[], job: Naming): readonly Sample[] {
  return [...Map.groupBy(tallies, (t) => job(t.name))].flatMap(([name, rows]) => {
    const inBucket = new Map(
      summed(rows, (t) => [t.part], (t) => t.count).map(({ of, value }) => [of[0]!, value]),
    );
    const sum = rows.reduce((total, t) => total + t.total, 0);
    return histogram([name], { bounds: RUN_BOUNDS, inBucket, sum });
  });
}

/** The greatest age of what has the same labels. */
function oldest<Row extends { readonly oldest: number }>(
  rows: readonly Row[],
  labels: (row: Row) => readonly string[],
): Sample[] {
  const groups = Map.groupBy(rows, (row) => labels(row).join("\n"));
  return [...groups.values()].map((group) => ({
    of: labels(group[0]!),
    value: Math.max(...group.map((row) => row.oldest)),
  }));
}

function stepFamilies({ tallies }: Measured, asset: Naming): Family[] {
  const steps = tallies.filter((t) => t.kind === "step");
  const made = tallies.filter((t) => t.kind === "made");
  const by = (t: Tally) => [asset(t.name)];
  const suffixed = (suffix: string, values: (t: Tally) => number) =>
    summed(made, by, values).map((sample) => ({ ...sample, suffix }));
  return [
    { metric: C.steps, samples: summed(steps, (t) => [asset(t.name), t.part], (t) => t.count) },
    {
      metric: C.stepDuration,
      samples: [...suffixed("_sum", (t) => t.total), ...suffixed("_count", (t) => t.count)],
    },
  ];
}

/** Ages say nothing when they are added up: those beyond the limit are left out. */
function assetFamilies({ assets, limit }: Measured): Family[] {
  const told = assets.slice(0, limit);
  const samples = (value: (a: AssetMeasure) => number | null) =>
    told.flatMap((a) => {
      const found = value(a);
      return found === null ? [] : [{ of: [a.asset], value: found }];
    });
  return [
    { metric: C.assets, samples: summed(assets, (a) => [a.status], () => 1) },
    { metric: C.age, samples: samples((a) => a.ageSeconds) },
    { metric: C.lag, samples: samples((a) => a.lagSeconds) },
  ];
}

function queueFamilies({ load, limit, relays }: Measured): Family[] {
  const queue = bounded(load.queues.map((q) => q.queue), limit);
  const topic = bounded(load.outbox.map((o) => o.topic), limit);
  const ofQueue = (q: Load["queues"][number]) => [queue(q.queue), q.state];
  return [
    { metric: C.queue, samples: summed(load.queues, ofQueue, (q) => q.steps) },
    { metric: C.queueAge, samples: oldest(load.queues, ofQueue) },
    { metric: C.unsent, samples: summed(load.outbox, (o) => [topic(o.topic)], (o) => o.unsent) },
    { metric: C.refused, samples: summed(load.outbox, (o) => [topic(o.topic)], (o) => o.refused) },
    one(C.outboxLag, relays ? Math.max(0, ...load.outbox.map((o) => o.oldest)) : 0),
    ...poolFamilies(load, bounded(load.pools.map((p) => p.pool), limit)),
  ];
}

function poolFamilies({ pools }: Load, pool: Naming): Family[] {
  const by = (p: Load["pools"][number]) => [pool(p.pool)];
  return [
    { metric: C.poolSlots, samples: summed(pools, by, (p) => p.slots) },
    { metric: C.poolTaken, samples: summed(pools, by, (p) => p.taken) },
    { metric: C.poolWaiting, samples: summed(pools, by, (p) => p.waiting) },
  ];
}

function crewFamilies({ crew, connections, connectionLimit, alerts }: Load): Family[] {
  return [
    one(C.workers, crew.workers),
    one(C.workerSlots, crew.slots),
    one(C.workerTaken, crew.taken),
    {
      metric: C.connections,
      samples: connections.map((c) => ({ of: [c.state], value: c.connections })),
    },
    one(C.connectionLimit, connectionLimit),
    {
      metric: C.alerts,
      samples: alerts.map((a) => ({ of: [a.kind, a.severity], value: a.alerts })),
    },
  ];
}
