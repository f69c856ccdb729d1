import {
  asset,
  check,
  createService,
  define,
  type Definitions,
  external,
  fail,
  freshness,
  job,
  type Ledger,
  lender,
  newest,
  nextTicks,
  partitions,
  pass,
  type Service,
  type ServiceOptions,
  work,
} from "engine";
import { memoryLedger } from "engine/testing";

/** What the code of the fixture does; tests turn it. */
export interface Knobs {
  /** What the source says. */
  users: number;
  /** Whether training throws. */
  broken: boolean;
  /** Whether scores are plausible. */
  plausible: boolean;
}

const daily = partitions.daily({ start: "2025-01-20" });

/** A source, a daily chain below it with a check and a job, and one whole asset. */
export function declared(knobs: Knobs) {
  const users = external({ name: "source/users", observe: () => ({ users: knobs.users }) });
  const activity = asset({
    name: "features/activity",
    deps: { users },
    partitions: daily,
    tags: ["domain:features", "nightly"],
    freshness: freshness({ within: "30h" }),
    materialize({ users }, context) {
      context.log(`counting ${users.users} users`);
      context.report({ rows: users.users });
      return { rows: users.users };
    },
  });
  const mood = asset({
    name: "models/mood",
    deps: { activity },
    partitions: daily,
    kinds: ["lightgbm"],
    materialize({ activity }) {
      if (knobs.broken) throw new RangeError("Cannot train: 0 rows");
      return { mae: 1 / activity.rows };
    },
  });
  const plausible = check(mood, {
    name: "plausible",
    severity: "critical",
    blocking: true,
    run: () => knobs.plausible ? pass() : fail("mae is below zero"),
  });
  const report = asset({
    name: "quality/report",
    deps: { mood: newest(mood) },
    partitions: daily,
    materialize: ({ mood }) => mood.mae,
  });
  const training = job({
    name: "ml_training_pipeline",
    description: "Trains",
    cron: "0 2 * * *",
    assets: [activity, mood],
  });
  return define({ users, activity, mood, plausible, report, training });
}

/** A service on a ledger in memory, with a worker in this process. */
export interface Bench {
  /** Under test. */
  readonly service: Service;
  /** Below it. */
  readonly ledger: Ledger;
  /** What exists. */
  readonly definitions: Definitions;
  /** What the code does. */
  readonly knobs: Knobs;
  /** The clock. */
  readonly clock: { at: Date; now(): Date };
  /** Works until the run has ended; gives its status. */
  finished(run: string): Promise<string>;
}

/** Midday of the 28th: the newest day is the 27th. */
export function bench(options: Partial<ServiceOptions> = {}): Bench {
  const knobs: Knobs = { users: 3, broken: false, plausible: true };
  const clock = { at: new Date("2025-01-28T12:00:00Z"), now: () => clock.at };
  const ledger = memoryLedger({ now: () => clock.at });
  const definitions = declared(knobs);
  const service = createService({
    definitions,
    ledger,
    clock,
    about: {
      version: "1.2.3",
      startedAt: clock.at.toISOString(),
      adapters: { postgres: "embedded", online: "postgres", events: "outbox", objects: "file" },
    },
    health: () => Promise.resolve({ ok: true, dependencies: [] }),
    nextTicks,
    ...options,
  });
  return {
    service,
    ledger,
    definitions,
    knobs,
    clock,
    finished: (run) => drain(run, ledger, definitions),
  };
}

async function drain(run: string, ledger: Ledger, definitions: Definitions): Promise<string> {
  const stop = new AbortController();
  await using resources = lender(() => "");
  const working = work({
    definitions,
    ledger,
    lender: resources,
    hello: { host: "test", pid: 1, queues: ["default"], slots: 2 },
    signal: stop.signal,
    pollMs: 5,
  });
  const ended = async () => (await ledger.run(run))!.run.endedAt !== null;
  while (!await ended()) await new Promise((r) => setTimeout(r, 2));
  stop.abort();
  await working;
  return (await ledger.run(run))!.run.state;
}
