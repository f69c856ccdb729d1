/**
 * What the ledger knows of slices in the words of the deciding engine: what differs from what the engine knows becomes
 * facts, in the order in which it happened.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { CheckState, SliceState } from "../ledger/records.ts";
import { codeNumber, type ConditionRules, partitionAt, placeOf } from "./condition_rules.ts";
import type { NextTick } from "./due.ts";
import { BIT, type Decider, hash53, inputsOf } from "./engine/mod.ts";
import { readingOf } from "./condition_reading.ts";

/** What is known of some slices. */
export interface Observed {
  /** Names of the assets that were looked at: of slices that are not among `slices` nothing is known. */
  readonly names: readonly string[];
  /** Slices, whole assets at a time. */
  readonly slices: readonly SliceState[];
  /** The latest verdicts of checks of these assets. */
  readonly checks: readonly CheckState[];
  /** The time. */
  readonly now: Date;
}

/** A slice by its places, and what is known of it. */
interface Seen {
  readonly asset: number;
  readonly slice: number;
  readonly state: SliceState;
  /** A check withholds what is newest. */
  readonly isBlocked: boolean;
  /** The last attempt gave what a check withholds: it did not fail. */
  readonly isWithheld: boolean;
}

/** Tells the engine what it does not know yet. Time passes on the way, so that ticks of crons fall in between. */
export function tell(
  engine: Decider,
  rules: ConditionRules,
  observed: Observed,
  next: NextTick,
): void {
  const seen = locate(engine, rules.assets, observed);
  const made = seen.filter((s) => isNew(engine, s)).sort((a, b) => atOf(a) - atOf(b));
  for (let from = 0; from < made.length;) {
    if (engine.nextInstant <= atOf(made[from]!)) {
      engine.apply({ kind: "time", now: atOf(made[from]!) });
    }
    const { nextInstant } = engine;
    const end = made.findIndex((s, i) => i > from && atOf(s) >= nextInstant);
    const together = made.slice(from, end < 0 ? undefined : end);
    // Upstream first: what it read is known then, and an upstream that was made again to the same is no news to it.
    together.sort((a, b) => a.asset - b.asset || atOf(a) - atOf(b));
    for (const s of together) tellMade(engine, rules.assets, s, next);
    from += together.length;
  }
  const now = observed.now.getTime();
  if (engine.nextInstant <= now) engine.apply({ kind: "time", now });
  const runs = new Map(seen.map((s) => [placeKey(s.asset, s.slice), s.state.visible?.run]));
  for (const s of seen) tellRest(engine, s, runs);
  tellNeverBegun(engine, observed.names, seen);
}

/** What was asked for, and ended before it began for the first time, is no slice that a ledger must know. */
function tellNeverBegun(engine: Decider, names: readonly string[], seen: readonly Seen[]): void {
  const known = Map.groupBy(seen, (s) => s.asset);
  for (const name of names) {
    const asset = engine.place(name);
    if (asset === undefined) continue;
    let places: ReadonlySet<number> | undefined;
    for (let slice = 0; slice < engine.world.columns.count[asset]!; slice++) {
      if ((engine.bits(asset, slice) & BIT.inFlight) === 0) continue;
      places ??= new Set(known.get(asset)?.map((s) => s.slice));
      if (places.has(slice)) continue;
      engine.apply({ kind: "cancelled", asset, from: slice, to: slice + 1 });
    }
  }
}

const atOf = (s: Seen): number => s.state.visible!.at.getTime();

function locate(engine: Decider, assets: readonly Asset[], { slices, checks }: Observed): Seen[] {
  const blocking = new Map<string, CheckState[]>();
  for (const c of checks) {
    if (!c.blocking || c.passed) continue;
    const key = `${c.asset}\n${c.partition}`;
    blocking.set(key, [...blocking.get(key) ?? [], c]);
  }
  return slices.flatMap((state) => {
    const asset = engine.place(state.asset);
    if (asset === undefined) return [];
    const slice = placeOf(assets[asset]!, state.partition);
    if (slice < 0 || slice >= engine.world.columns.count[asset]!) return [];
    const visibleAt = state.visible?.at.getTime() ?? 0;
    const found = blocking.get(`${state.asset}\n${state.partition}`) ?? [];
    const isBlocked = found.some((c) => c.at.getTime() >= visibleAt);
    const isWithheld = found.some((c) => c.run === state.last?.run);
    return [{ asset, slice, state, isBlocked, isWithheld }];
  });
}

const indexOf = (engine: Decider, s: Seen) => engine.world.columns.at[s.asset]! + s.slice;

function isNew(engine: Decider, s: Seen): boolean {
  const version = s.state.visible?.version;
  return version !== undefined &&
    engine.world.columns.made[indexOf(engine, s)] !== Number(version);
}

function tellMade(
  engine: Decider,
  assets: readonly Asset[],
  s: Seen,
  next: NextTick,
): void {
  const visible = s.state.visible!;
  engine.apply({
    kind: "materialized",
    asset: s.asset,
    from: s.slice,
    to: s.slice + 1,
    readAt: readAt(engine, assets, s, next),
    version: hash53(visible.dataVersion),
    ...readingOf(engine, assets, { asset: s.asset, inputs: visible.inputs }),
    code: codeNumber(visible),
    made: Number(visible.version),
    published: true,
    at: visible.at.getTime(),
  });
}

/**
 * The sequence up to which a version read what there was: the present one, unless an input is another by now or one of
 * the asset's crons ticked after it began.
 */
function readAt(engine: Decider, assets: readonly Asset[], s: Seen, next: NextTick): number {
  const { world } = engine;
  const visible = s.state.visible!;
  let upTo = engine.sequence;
  const read = new Map(
    visible.inputs.map((i) => [`${i.asset}\n${i.partition}`, hash53(i.dataVersion)]),
  );
  for (let e = world.edges.upAt[s.asset]!; e < world.edges.upAt[s.asset + 1]!; e++) {
    if (world.edges.orderOnly[e] === 1) continue;
    upTo = Math.min(upTo, unreadBefore(engine, assets, { edge: e, slice: s.slice, read }));
  }
  const begun = new Date(visible.at.getTime() - visible.durationMs);
  for (const number of world.rules[s.asset]?.crons ?? []) {
    const { cron, timezone, ticked } = world.timers.crons[number]!;
    const tick = next(cron, timezone, begun);
    if (tick && tick.getTime() <= world.now) upTo = Math.min(upTo, ticked - 1);
  }
  return Math.max(1, upTo);
}

/** Just before the first change of an input of an edge that was not read; Infinity if all were. */
function unreadBefore(
  { world }: Decider,
  assets: readonly Asset[],
  { edge, slice, read }: {
    readonly edge: number;
    readonly slice: number;
    readonly read: ReadonlyMap<string, number>;
  },
): number {
  const { columns, edges } = world;
  const up = edges.up[edge]!;
  let upTo = Infinity;
  const inputs = inputsOf(world, edge, slice, false);
  for (let r = 0; r < inputs.length; r += 2) {
    for (let q = inputs[r]!; q < inputs[r + 1]!; q++) {
      const i = columns.at[up]! + q;
      if (columns.changed[i] === 0) continue;
      const key = `${assets[up]!.name}\n${partitionAt(assets[up]!, q)}`;
      if (read.get(key) !== columns.version[i]) upTo = Math.min(upTo, columns.changed[i]! - 1);
    }
  }
  return upTo;
}

/** The runs of what is visible, by place. */
type Runs = ReadonlyMap<string, string | undefined>;

const placeKey = (asset: number, slice: number) => `${asset} ${slice}`;

/** What a failed attempt read: at least what its own run had made before. */
function failure({ world }: Decider, s: Seen, runs: Runs): { readonly readAt: number } {
  const { columns, edges } = world;
  let readAt = 0;
  for (let e = edges.upAt[s.asset]!; e < edges.upAt[s.asset + 1]!; e++) {
    const up = edges.up[e]!;
    const inputs = inputsOf(world, e, s.slice, false);
    for (let r = 0; r < inputs.length; r += 2) {
      for (let q = inputs[r]!; q < inputs[r + 1]!; q++) {
        const isOfRun = runs.get(placeKey(up, q)) === s.state.last!.run;
        if (isOfRun) readAt = Math.max(readAt, columns.changed[columns.at[up]! + q]!);
      }
    }
  }
  return { readAt };
}

/** What is under way, failed or withheld. */
function tellRest(engine: Decider, s: Seen, runs: Runs): void {
  const some = { asset: s.asset, from: s.slice, to: s.slice + 1 };
  const has = (bit: number) => (engine.bits(s.asset, s.slice) & bit) !== 0;
  const isFailed = s.state.last?.state === "failed";
  const isKnown = s.isWithheld ? has(BIT.blocked) && !has(BIT.failed) : has(BIT.failed);
  const tellFailed = () => {
    const { isWithheld: withheld } = s;
    engine.apply({ kind: "failed", ...some, ...failure(engine, s, runs), withheld });
  };
  if (s.state.inFlight) {
    if (isFailed && !isKnown) tellFailed();
    if (!has(BIT.inFlight)) engine.apply({ kind: "started", ...some });
  } else if (isFailed && !(isKnown && !has(BIT.inFlight))) tellFailed();
  else if (has(BIT.inFlight)) engine.apply({ kind: "cancelled", ...some });
  if (s.isBlocked !== has(BIT.blocked)) {
    engine.apply({ kind: "checked", asset: s.asset, slice: s.slice, passed: !s.isBlocked });
  }
}
