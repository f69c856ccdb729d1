/**
 * What a simulation came to.
 *
 * @module
 */
import { promiseTrack } from "../../decide/track.ts";
import type { NextTick } from "../../decide/due.ts";
import { median } from "../../decide/expected.ts";
import type { Definitions } from "../../graph/define.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { RunRecord, RunState, StepRecord } from "../../ledger/records.ts";
import { type RunsAlike, runsAlike } from "./alike.ts";
import { Contention, type PoolWaiting } from "./contention.ts";

/** A tick of a schedule, or a look of conditions that asked for something. */
export interface SimulatedTick {
  /** When. */
  readonly at: Date;
  /** `schedule:nightly`, `condition:eager`. */
  readonly name: string;
  /** What came of it, in words. */
  readonly result: string;
}

/** A run. */
export interface SimulatedRun {
  /** What it makes, in words. */
  readonly title: string;
  /** The partition it is about, if it is about one. */
  readonly partition: string | null;
  /** Who asked. */
  readonly trigger: string;
  /** The name of the schedule or condition. */
  readonly by: string | null;
  /** Where it stands at the end. */
  readonly state: RunState;
  /** How many steps it has. */
  readonly steps: number;
  /** When it was asked for. */
  readonly createdAt: Date;
  /** When its first step began. */
  readonly startedAt: Date | null;
  /** When its last step ended. */
  readonly endedAt: Date | null;
}

/** How long steps waited for a worker, the time apart that they waited for pools. */
export interface Waiting {
  /** The queue. */
  readonly queue: string;
  /** Steps that began. */
  readonly steps: number;
  /** The middle, milliseconds. */
  readonly p50: number;
  /** The longest, milliseconds. */
  readonly max: number;
  /** Steps that nobody had begun at the end. */
  readonly left: number;
}

/** A promise that is broken for a while. */
export interface BrokenPromise {
  /** Who promised. */
  readonly asset: string;
  /** Since when. */
  readonly from: Date;
  /** Until when; the end of the simulation if it is not kept again. */
  readonly to: Date;
}

/** What a simulation came to. */
export interface Simulation {
  /** Its begin. */
  readonly from: Date;
  /** Its end. */
  readonly to: Date;
  /** Oldest first. */
  readonly ticks: readonly SimulatedTick[];
  /** Oldest first. */
  readonly runs: readonly SimulatedRun[];
  /** Runs of the same thing, in the order of the first of each. */
  readonly alike: readonly RunsAlike[];
  /** By queue. */
  readonly waiting: readonly Waiting[];
  /** By pool, in the order of their declaration. */
  readonly pools: readonly PoolWaiting[];
  /** Freshness and deadlines that will be missed, by asset and time. */
  readonly broken: readonly BrokenPromise[];
  /** Assets that never ran: how long they take was assumed. */
  readonly assumed: readonly string[];
}

/** What a report is made of. */
export interface Reporting {
  /** What exists. */
  readonly definitions: Definitions;
  /** Where it happened. */
  readonly ledger: Ledger;
  /** How crons are read. */
  readonly next: NextTick;
  /** Begin and end. */
  readonly window: { readonly from: Date; readonly to: Date };
  /** Slots by pool. */
  readonly slots: ReadonlyMap<string, number>;
  /** {@linkcode Simulation.assumed} */
  readonly assumed: readonly string[];
  /** Runs up to this id were there before. */
  readonly after: number;
}

/** Reads what happened. */
export async function reportOf(o: Reporting): Promise<Simulation> {
  const { ledger, window } = o;
  const all = (await ledger.runs({ limit: Infinity })).filter((r) => Number(r.id) > o.after);
  const runs = all.toReversed();
  const simulated = runs.map(runOf);
  const steps: StepRecord[] = [];
  for (const { id } of runs) steps.push(...(await ledger.run(id))!.steps);
  const contention = new Contention(steps, o.slots, window.to);
  const facts = await ledger.facts("", Infinity);
  const ticks = facts.filter((f) => f.kind === "tick").map((f) => ({
    at: f.at,
    name: f.name!,
    result: (f.data as { readonly result: string }).result,
  }));
  return {
    ...window,
    ticks,
    runs: simulated,
    alike: runsAlike(simulated),
    waiting: waitingOf(contention),
    pools: contention.pools,
    broken: await brokenOf(o),
    assumed: o.assumed,
  };
}

const runOf = ({ steps, ...r }: RunRecord): SimulatedRun => ({
  title: r.title,
  partition: r.partition,
  trigger: r.trigger,
  by: r.by,
  state: r.state,
  steps: Object.values(steps).reduce((a, b) => a + b, 0),
  createdAt: r.createdAt,
  startedAt: r.startedAt,
  endedAt: r.endedAt,
});

function waitingOf(contention: Contention): readonly Waiting[] {
  const byQueue = Map.groupBy(contention.steps, (s) => s.queue);
  return [...byQueue].map(([queue, of]) => {
    const ms = of.flatMap((s) =>
      s.attempts.map((a) => a.startedAt.getTime() - a.readyAt.getTime() - contention.msOf(s))
    );
    const left = of.filter((s) => s.state === "queued" && s.attempts.length === 0).length;
    const max = ms.reduce((a, b) => Math.max(a, b), 0);
    return { queue, steps: ms.length, p50: median(ms) ?? 0, max, left };
  });
}

async function brokenOf({ definitions, ledger, next, window }: Reporting) {
  const broken: BrokenPromise[] = [];
  for (const asset of definitions.assets) {
    if (!asset.freshness && !asset.deadline) continue;
    const history = await ledger.history(asset.name, { limit: Infinity });
    const builds = history.toReversed().map(({ partition, at }) => ({ partition, at }));
    if (builds.length === 0) {
      // Known since the begin: late when its promised age has passed.
      const from = new Date(window.from.getTime() + (asset.freshness?.maxAge ?? 0));
      if (from < window.to) broken.push({ asset: asset.name, from, to: window.to });
      continue;
    }
    const late = promiseTrack(asset, builds, window, { next }).filter((s) => s.state === "late");
    broken.push(...late.map(({ from, to }) => ({ asset: asset.name, from, to })));
  }
  return broken;
}
