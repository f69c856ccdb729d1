import {
  asset,
  check,
  define,
  type Definitions,
  external,
  fail,
  freshness,
  job,
  judge,
  latest,
  newest,
  nextTick,
  partitions,
  pass,
  pool,
  submissionOf,
  type Target,
  type Trigger,
  when,
} from "engine";
import { memoryLedger } from "engine/testing";
import type { Why } from "../../../engine/decide/why.ts";
import { explain } from "../../../engine/run/why.ts";
import { workAll } from "../run/work_all.ts";

/** What is declared; tests turn it. */
export interface Knobs {
  /** What the source says. */
  users?: number;
  /** Which assets throw. */
  broken?: readonly string[];
  /** The text that they throw. */
  error?: Error;
  /** Version of the code of `features/activity`. */
  version?: string;
  /** Config of `features/activity`. */
  days?: number;
  /** Attempts of `features/activity`. */
  attempts?: number;
  /** Whether the mood is plausible. */
  plausible?: boolean;
  /** Whether a job asks for activity and mood. */
  job?: boolean;
  /** Whether the report asks for itself. */
  eager?: boolean;
  /** Queue of `features/activity`. */
  queue?: string;
  /** Whether `features/activity` promises an age. */
  promise?: boolean;
  /** Version of the code of `models/mood`. */
  model?: string;
  /** How the report reads the mood; the newest there is unless it is so. */
  strict?: boolean;
  /** What the mood reads besides activity. */
  also?: "source/postal_code" | undefined;
  /** Slots of a pool of which activity and mood take one each. */
  slots?: number;
}

const daily = partitions.daily({ start: "2025-01-20" });

/** source/users → features/activity → models/mood → quality/report, and source/ads, which nobody reads. */
export function declared(k: Knobs): Definitions {
  const say = (name: string, value: number) => {
    if (k.broken?.includes(name)) throw k.error ?? new RangeError("Cannot train: 0 rows");
    return value;
  };
  const warehouse = k.slots ? [pool({ name: "warehouse", slots: k.slots })] : [];
  const pools: Record<string, number> = k.slots ? { warehouse: 1 } : {};
  const users = external({ name: "source/users", observe: () => k.users ?? 1 });
  const ads = external({ name: "source/ads", observe: () => 1 });
  const code = external({ name: "source/postal_code", observe: () => k.users ?? 1 });
  const activity = asset({
    name: "features/activity",
    deps: { users },
    partitions: daily,
    version: k.version ?? "1",
    config: { days: k.days ?? 7 },
    retry: { attempts: k.attempts ?? 1, delay: "30s", jitter: 0 },
    queue: k.queue ?? "default",
    pools,
    ...(k.promise ? { freshness: freshness({ within: "30h" }) } : {}),
    materialize: ({ users }) => say("features/activity", users),
  });
  const mood = asset({
    name: "models/mood",
    deps: { activity, ...(k.also ? { code } : {}) },
    partitions: daily,
    version: k.model ?? "1",
    pools,
    materialize: ({ activity }) => say("models/mood", activity + 1),
  });
  const plausible = check(mood, {
    name: "plausible",
    severity: "critical",
    blocking: true,
    run: () => k.plausible === false ? fail("mae is below zero") : pass(),
  });
  const report = asset({
    name: "quality/report",
    deps: { mood: k.strict ? latest(mood) : newest(mood) },
    partitions: daily,
    ...(k.eager ? { when: when.eager } : {}),
    materialize: ({ mood }) => mood,
  });
  const nightly = job({ name: "nightly", cron: "0 2 * * *", assets: [activity, mood] });
  const all = { warehouse, users, ads, code, activity, mood, plausible, report };
  return k.job ? define(all, { nightly }) : define(all);
}

/** The newest day at the clock of the world. */
export const DAY = "2025-01-27";
/** The whole chain, upstream first. */
export const CHAIN = ["source/users", "features/activity", "models/mood", "quality/report"];

/** An engine on a ledger in memory whose clock stands still unless it is moved. */
export class World {
  now = new Date("2025-01-28T06:00:00Z");
  readonly ledger = memoryLedger({ now: () => this.now });
  definitions: Definitions;

  constructor(public knobs: Knobs = {}) {
    this.definitions = declared(knobs);
    const { pools } = this.definitions;
    void this.ledger.declarePools(Object.fromEntries(pools.map((p) => [p.name, p.slots])));
  }

  /** Declares anew, as after an edit. */
  edit(knobs: Knobs): this {
    Object.assign(this.knobs, knobs);
    this.definitions = declared(this.knobs);
    return this;
  }

  /** Moves the clock. */
  later(minutes: number): this {
    this.now = new Date(this.now.getTime() + minutes * 60_000);
    return this;
  }

  /** Asks for slices of the newest day. */
  async ask(
    names: readonly string[],
    o: {
      trigger?: Trigger;
      by?: string;
      reason?: string;
      job?: boolean;
      partition?: string;
      code?: string;
    } = {},
  ): Promise<string> {
    const targets = names.map((name): Target => {
      const asset = this.definitions.asset(name);
      const partition = asset.partitions.grain === "none" ? "" : o.partition ?? DAY;
      return { asset, partition, key: asset.partitions.parse(partition), reason: "asked for" };
    });
    const submission = submissionOf(this.definitions, targets, {
      trigger: o.trigger ?? "cli",
      by: o.by ?? null,
      reason: o.reason ?? "asked for",
      ...(o.job ? { job: { name: "nightly", maxActiveRuns: 1 } } : {}),
    }, this.now);
    return (await this.ledger.submit({ ...submission, code: o.code ?? null })).run;
  }

  /** Runs what is queued. */
  async work(most = Infinity): Promise<this> {
    const { definitions, ledger } = this;
    await workAll({ definitions, ledger, now: () => this.now, most });
    return this;
  }

  /** Asks and runs. */
  async run(names: readonly string[], o: Parameters<World["ask"]>[1] = {}): Promise<this> {
    await this.ask(names, o);
    return await this.work();
  }

  /** A worker that takes steps and does not end them. */
  async busy(
    o: { slots?: number; queues?: string[]; claims?: number; code?: string } = {},
  ): Promise<string> {
    const { slots = 1, queues = ["default"], claims = slots } = o;
    const worker = await this.ledger.join({
      host: "test",
      pid: 1,
      queues,
      slots,
      code: o.code ?? null,
    });
    if (claims) await this.ledger.claim({ worker, queues, room: claims });
    return worker;
  }

  /** Why a slice stands as it does. */
  async why(name: string, partition: string = DAY): Promise<Why> {
    const { definitions, ledger, now } = this;
    const [slices, checks] = await Promise.all([ledger.slices(), ledger.checks()]);
    const judgement = judge({ definitions, slices, checks, now });
    const asset = definitions.asset(name);
    const slice = asset.partitions.grain === "none" ? "" : partition;
    return await explain({ definitions, ledger, judgement, next: nextTick }, asset, slice);
  }
}
