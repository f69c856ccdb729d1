/**
 * Days that have not been yet: the real deciding code on a ledger in memory, with a clock that jumps.
 *
 * @module
 */
import type { NextTick } from "../../decide/due.ts";
import { median } from "../../decide/expected.ts";
import type { Definitions } from "../../graph/define.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { memoryLedger } from "../../ledger/memory.ts";
import type { SliceState } from "../../ledger/records.ts";
import { type Pausable, setPaused } from "../../ledger/switches.ts";
import { Conditions } from "../automation.ts";
import { tick } from "../tick.ts";
import { blame } from "./contention.ts";
import { Crew, type VirtualWorker } from "./crew.ts";
import { endsOf } from "./ends.ts";
import { type Clock, recall } from "./past.ts";
import { reportOf, type Simulation } from "./report.ts";

/** What is simulated. */
export interface SimulateOptions {
  /** What exists. */
  readonly definitions: Definitions;
  /** When it begins. */
  readonly from: Date;
  /** How long it goes on. */
  readonly days: number;
  /** Who works. */
  readonly workers: readonly VirtualWorker[];
  /** Milliseconds that the last successes of each asset took. */
  readonly durations: ReadonlyMap<string, readonly number[]>;
  /** Milliseconds of a step of an asset that never ran. */
  readonly assumeMs: number;
  /** How crons are read. */
  readonly next: NextTick;
  /** What is built when it begins; nothing unless given. */
  readonly past?: readonly SliceState[];
  /** What is paused, `schedule:nightly`. */
  readonly paused?: Iterable<string>;
  /** Slots by pool, where they are no longer those that are declared. */
  readonly slots?: ReadonlyMap<string, number>;
}

const DAY = 86_400_000;
/** Instants after which a server answers others: a week of 500 assets takes a second, these some milliseconds. */
const TURNS = 20;

const othersTurn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/**
 * Simulates schedules, conditions, runs, workers and pools. Sensors do not look, since the world outside is not known;
 * every step succeeds and gives something new. The same options give the same simulation. Where promises are missed and
 * steps waited for a pool, the same days go by once more without its limit.
 */
export async function simulate(o: SimulateOptions): Promise<Simulation> {
  // Days may go by more than once.
  const again = { ...o, paused: [...(o.paused ?? [])] };
  return await blame(await once(again), (pools) => once(again, pools));
}

/** The same days, with pools that have no limit. */
async function once(
  o: SimulateOptions,
  without: ReadonlySet<string> = new Set(),
): Promise<Simulation> {
  const { definitions, next } = o;
  const clock: Clock = { at: o.from.getTime() };
  const slots = new Map(definitions.pools.map((p) => {
    const { name } = p;
    return [name, without.has(name) ? Infinity : o.slots?.get(name) ?? p.slots];
  }));
  const ledger = memoryLedger({ now: () => new Date(clock.at) });
  // What is built already was built with whatever slots there were.
  await ledger.declarePools(Object.fromEntries([...slots.keys()].map((name) => [name, Infinity])));
  await recall({ definitions, ledger, clock, past: o.past ?? [] });
  await ledger.declarePools(Object.fromEntries(slots));
  clock.at = o.from.getTime();
  const first = await lastRun(ledger);
  for (const what of o.paused ?? []) {
    const now = new Date(clock.at);
    await setPaused(ledger, what as Pausable, { paused: true, by: "simulation", now });
  }
  const usual = new Map<string, number>();
  const msOf = (asset: string) => {
    if (!usual.has(asset)) usual.set(asset, usualMs(o, asset));
    return usual.get(asset)!;
  };
  const crew = new Crew({ definitions, ledger, workers: o.workers, msOf });
  await crew.join();
  const until = o.from.getTime() + o.days * DAY;
  await run({ definitions, ledger, clock, crew, next, until });
  const assumed = [...usual.keys()].filter((a) => !o.durations.get(a)?.length).sort();
  const window = { from: o.from, to: new Date(until) };
  return await reportOf({ definitions, ledger, next, window, assumed, slots, after: first });
}

/** The usual time, at least a millisecond: a step that takes none would end before it began. */
const usualMs = ({ durations, assumeMs }: SimulateOptions, asset: string) =>
  Math.max(1, Math.round(median(durations.get(asset) ?? []) ?? assumeMs));

async function lastRun(ledger: Ledger): Promise<number> {
  const [run] = await ledger.runs({ limit: 1 });
  return Number(run?.id ?? 0);
}

interface Running {
  readonly definitions: Definitions;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly crew: Crew;
  readonly next: NextTick;
  readonly until: number;
}

/** Jumps from one instant at which something happens to the next. */
async function run({ definitions, ledger, clock, crew, next, until }: Running): Promise<void> {
  const ticking = { definitions, ledger, next };
  const asks = definitions.assets.some((a) => a.when);
  const conditions = new Conditions(definitions, ledger);
  const ends = endsOf(definitions);
  let ticksAt = 0;
  let wakesAt = 0;
  let seen = "";
  for (let turn = 1; clock.at <= until; turn++) {
    if (turn % TURNS === 0) await othersTurn();
    const now = new Date(clock.at);
    await crew.finish(clock.at);
    if (ticksAt <= clock.at) ticksAt = (await tick(ticking, now))?.getTime() ?? Infinity;
    const newest = await ledger.newestFact();
    if (asks && (newest !== seen || wakesAt <= clock.at)) {
      await conditions.look(now);
      seen = newest;
      const itself = conditions.nextInstant;
      wakesAt = Math.min(ends(clock.at, until), itself > clock.at ? itself : Infinity);
    }
    await crew.claim(clock.at);
    const soonest = Math.min(ticksAt, wakesAt || Infinity, crew.nextEnd);
    if (soonest > until) break;
    clock.at = soonest;
  }
  clock.at = until;
}
