/**
 * Random graphs, conditions and histories: the deciding engine against the naive one, after every tick.
 *
 * @module
 */
import { type Condition, type DepsCondition, type OwnCondition, when } from "engine";
import type {
  AssetRule,
  Decider,
  EngineFact,
  Mapping,
  Request,
  Snapshot,
  Upstream,
  WorldOptions,
} from "../../../../engine/decide/engine/mod.ts";
import { Oracle } from "./oracle.ts";

/** The engine under test: the real one or one with a planted bug. */
export interface Subject {
  readonly Decider: {
    create(options: WorldOptions): Decider;
    restore(options: WorldOptions, from: Snapshot): Decider;
  };
  readonly BIT: typeof import("../../../../engine/decide/engine/mod.ts").BIT;
  encode(snapshot: Snapshot): Uint8Array;
  decode(bytes: Uint8Array): Snapshot;
}

/** What a search went through. */
export interface Seen {
  ticks: number;
  requests: number;
}

/** A sequence of numbers in [0, 1) that a seed determines: mulberry32. */
function numbers(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const PERIODS = ["7", "20"];
const MOST_SLICES = 8;
const OWN: readonly OwnCondition[] = [
  when.missing,
  when.missingUnhandled,
  when.stale,
  when.codeChanged,
  when.inFlight,
  when.failed,
  when.checkFailed,
  when.latest,
];
const OF_DEPS: readonly DepsCondition[] = [
  when.depsUpdated,
  when.allDepsUpdated,
  when.depsMissing,
  when.depsInFlight,
  when.depsFailed,
  when.depsCheckFailed,
];
/** Slice `p` reads `p` and what is two places from it on either side. */
const around = (p: number) => [p - 2, p, p + 2].filter((q) => q >= 0).flatMap((q) => [q, q + 1]);
const MAPPINGS: readonly Mapping[] = [
  { kind: "custom", rule: "around", newest: false, up: around, down: around },
  { kind: "custom", rule: "newest around", newest: true, up: around, down: around },
  { kind: "same" },
  { kind: "same" },
  { kind: "same" },
  { kind: "all" },
  { kind: "last" },
  { kind: "shift", from: -1, to: 0 },
  { kind: "shift", from: -2, to: -1 },
  { kind: "fan", by: 2 },
  { kind: "part", by: 2 },
  { kind: "mod", by: 2 },
  { kind: "table", at: [0, 1, 3, 6, 8, 8, 9, 10, 11, 12] },
  { kind: "newest", upTo: [0, 1, 1, 3, 4, 6, 6, 8, 8] },
  { kind: "spans", from: [0, 0, 1, 1, 2, 4, 5, 6], to: [1, 2, 2, 4, 5, 5, 8, 8] },
];

/** Chance, in the words of the tests. */
class Dice {
  readonly #next: () => number;
  constructor(seed: number) {
    this.#next = numbers(seed);
  }
  below = (n: number): number => Math.floor(this.#next() * n);
  hits = (chance: number): boolean => this.#next() < chance;
  pick = <T>(from: readonly T[]): T => from[this.below(from.length)]!;
}

/** Assets named `even_0`, `odd_1`, …; a selection names those that begin with it. */
const selects = (selection: string, name: string) => name.startsWith(selection);
const next = (cron: string, _zone: string, after: number) =>
  (Math.floor(after / Number(cron)) + 1) * Number(cron);

function ownCondition(d: Dice, isAged: boolean): OwnCondition {
  const leaf = isAged && d.hits(0.2) ? when.late : d.pick(OWN);
  if (d.hits(0.3)) return { is: "not", of: leaf };
  return d.hits(0.3) ? { is: d.pick(["and", "or"]), of: [leaf, d.pick(OWN)] } : leaf;
}

function leaf(d: Dice, isAged: boolean): Condition {
  const among = d.pick([{}, {}, {}, { only: "even" }, { except: "odd" }, { only: "odd" }]);
  if (isAged && d.hits(0.2)) return when.late;
  if (d.hits(0.2)) return when.cron(d.pick(PERIODS));
  if (d.hits(0.1)) {
    return when.among(when.allDepsUpdatedSinceCron(d.pick(PERIODS)), among);
  }
  if (d.hits(0.1)) return when.inLatestWindow(1 + d.below(3));
  if (d.hits(0.15)) return when.anyDeps(ownCondition(d, isAged), among);
  if (d.hits(0.1)) return when.allDeps(ownCondition(d, isAged), among);
  return d.hits(0.5) ? d.pick(OWN) as Condition : when.among(d.pick(OF_DEPS), among);
}

function tree(d: Dice, depth: number, isAged: boolean): Condition {
  const part = () => tree(d, depth - 1, isAged);
  const kind = depth > 0 ? d.below(9) : 0;
  if (kind < 3) return leaf(d, isAged);
  if (kind < 5) return when.and(part(), part());
  if (kind === 5) return when.or(part(), part());
  if (kind === 6) return when.not(part());
  return kind === 7 ? when.newly(part()) : when.since(part(), part());
}

function condition(d: Dice, isAged: boolean): Condition | undefined {
  const kind = d.below(7);
  if (kind === 0) return undefined;
  if (kind < 3) return d.hits(0.2) ? when.and(when.eager, when.not(when.depsFailed)) : when.eager;
  if (kind === 3) return when.onMissing;
  return kind === 4 ? when.onCron(d.pick(PERIODS)) : tree(d, 3, isAged);
}

function graph(d: Dice): AssetRule[] {
  return Array.from({ length: 2 + d.below(6) }, (_, asset): AssetRule => {
    const deps: Upstream[] = [];
    for (let up = 0; up < asset; up++) {
      if (!d.hits(0.5) || deps.length === 3) continue;
      deps.push({ asset: up, mapping: d.pick(MAPPINGS), orderOnly: d.hits(0.1) });
    }
    const isAged = d.hits(0.3);
    return {
      name: `${asset % 2 === 0 ? "even" : "odd"}_${asset}`,
      count: 1 + d.below(4),
      code: 1,
      deps,
      when: condition(d, isAged),
      maxAgeMs: isAged ? 3 + d.below(20) : undefined,
    };
  });
}

/** Another condition, or the one before with something around it. */
function edited(
  d: Dice,
  { maxAgeMs }: AssetRule,
  before: Condition | undefined,
): Condition | undefined {
  const isAged = maxAgeMs !== undefined;
  if (before === undefined || d.hits(0.5)) return condition(d, isAged);
  return d.hits(0.5) ? when.or(before, leaf(d, isAged)) : when.and(leaf(d, isAged), before);
}

/** What a slice would have read at some moment. */
interface Taken {
  readonly asset: number;
  readonly slice: number;
  readonly readAt: number;
  readonly read: number;
}

/** Something that is under way ends; undefined if nothing is. */
function ended(d: Dice, o: Oracle): EngineFact | undefined {
  const running = o.slices.flatMap((row, asset) =>
    row.flatMap((s, slice) => s.inFlight ? [{ asset, from: slice, to: slice + 1 }] : [])
  );
  if (running.length === 0) return undefined;
  const some = d.pick(running);
  if (d.hits(0.2)) return { kind: "failed", ...some, withheld: d.hits(0.3) };
  if (d.hits(0.1)) return { kind: "cancelled", ...some };
  const { handled } = o.slices[some.asset]![some.from]!;
  const made = { version: 1 + d.below(3), code: o.code[some.asset]!, published: d.hits(0.85) };
  return { kind: "materialized", ...some, ...made, readAt: Math.max(1, handled), at: o.now };
}

/** A slice succeeds that began when its inputs were looked at, some time ago. */
function finished(d: Dice, o: Oracle, { slice, ...taken }: Taken): EngineFact {
  const made = { version: 1 + d.below(3), code: o.code[taken.asset]!, published: d.hits(0.85) };
  return { kind: "materialized", ...taken, ...made, from: slice, to: slice + 1, at: o.now };
}

/** Something that happens to one of the assets. */
function happening(
  d: Dice,
  assets: readonly AssetRule[],
  o: Oracle,
  taken: Taken[],
): EngineFact {
  const end = d.hits(0.4) ? ended(d, o) : undefined;
  if (end !== undefined) return end;
  const asset = d.below(assets.length);
  const count = o.slices[asset]!.length;
  const from = d.below(count);
  const some = { asset, from, to: from + 1 + (d.hits(0.4) ? d.below(count - from) : 0) };
  if (d.hits(0.3)) {
    taken.push({ asset, slice: from, readAt: o.sequence, read: o.reading(asset, from) });
  }
  const kind = d.below(16);
  if (kind < 5 && taken.length > 0 && d.hits(0.5)) return finished(d, o, d.pick(taken));
  if (kind < 5) {
    const readAt = Math.max(1, o.sequence - (d.hits(0.4) ? d.below(8) : 0));
    const made = { version: 1 + d.below(3), code: o.code[asset]!, published: d.hits(0.85) };
    return { kind: "materialized", ...some, ...made, readAt, at: o.now };
  }
  if (kind === 5) return { kind: "started", ...some };
  if (kind === 6) {
    const readAt = d.hits(0.5) ? { readAt: o.sequence - d.below(4) } : {};
    return { kind: "failed", ...some, ...readAt, ...(d.hits(0.2) ? { withheld: true } : {}) };
  }
  if (kind === 7) return { kind: "cancelled", ...some };
  if (kind === 8) return { kind: "checked", asset, slice: from, passed: d.hits(0.5) };
  if (kind === 9) return { kind: "code", asset, code: 1 + d.below(3) };
  if (kind === 10) {
    return { kind: "condition", asset, when: edited(d, assets[asset]!, o.when[asset]) };
  }
  if (kind === 11) return { kind: "paused", asset, paused: d.hits(0.4) };
  if (kind === 12 && count < MOST_SLICES) return { kind: "grown", asset, count: count + 1 };
  if (kind === 13 && d.hits(0.3)) return { kind: "handled", ...some };
  if (kind === 14 && d.hits(0.2)) return { kind: "reshaped", asset };
  return { kind: "time", now: o.now + 1 + d.below(9) };
}

function stateOf({ world: { columns, assets } }: Decider, { BIT }: Subject): string {
  const word = (bits: number) =>
    (bits & BIT.missing ? "m" : bits & BIT.code ? "c" : "") + (bits & BIT.data ? "d" : "") +
    (bits & BIT.behind ? "b" : "") + (bits & BIT.inFlight ? "F" : "") +
    (bits & BIT.failed ? "X" : "") + (bits & BIT.blocked ? "K" : "");
  return assets.map((_, asset) =>
    Array.from(
      { length: columns.count[asset]! },
      (_, slice) => word(columns.bits[columns.at[asset]! + slice]!),
    ).join()
  ).join(" ");
}

const named = (requests: readonly Pick<Request, "asset" | "slice">[]) =>
  requests.map((r) => `${r.asset}[${r.slice}]`).join(" ");

/** One case: at most `size` facts. Says what differs first; undefined if nothing does. */
export function differs(
  subject: Subject,
  seed: number,
  size: number,
  seen: Seen = { ticks: 0, requests: 0 },
): string | undefined {
  const d = new Dice(seed);
  const assets = graph(d);
  const options = { assets, now: 0, next, selects };
  const oracle = new Oracle(assets, selects);
  let engine = subject.Decider.create(options);
  const taken: Taken[] = [];
  const compare = (what: () => string) => {
    const [got, wanted] = [named(engine.settle()), oracle.settle()];
    seen.ticks++;
    seen.requests += wanted.length;
    if (got !== named(wanted)) return `${what()}: requests ${got}, not ${named(wanted)}`;
    const [is, should] = [stateOf(engine, subject), oracle.state()];
    return is === should ? undefined : `${what()}: state ${is}, not ${should}`;
  };
  let difference = compare(() => "at first");
  for (let i = 0; i < size && difference === undefined; i++) {
    const fact = happening(d, assets, oracle, taken);
    engine.apply(fact);
    oracle.apply(fact);
    if (i + 1 < size && d.hits(0.3)) continue;
    difference = compare(() => `fact ${i} ${JSON.stringify(fact)}`);
    if (!d.hits(0.1)) continue;
    const { Decider, encode, decode } = subject;
    const now = { ...options, assets: assets.map((a, asset) => later(d, a, oracle, asset)) };
    engine = Decider.restore(now, decode(encode(engine.snapshot())));
  }
  return difference;
}

/** The asset after a restart: slices may have come meanwhile. */
function later(d: Dice, rule: AssetRule, o: Oracle, asset: number): AssetRule {
  const row = o.slices[asset]!;
  if (row.length < MOST_SLICES && d.hits(0.1)) o.grow(asset, row.length + 1);
  return { ...rule, count: row.length };
}

/** A case that fails, with the fewest facts with which its beginning still does. */
export interface Failure {
  readonly seed: number;
  readonly facts: number;
  readonly difference: string;
}

/** The first of `cases` that fails; undefined if none does. */
export function search(
  subject: Subject,
  { cases, size, from = 1 }: {
    readonly cases: number;
    readonly size: number;
    readonly from?: number;
  },
  seen?: Seen,
): Failure | undefined {
  for (let seed = from; seed < from + cases; seed++) {
    const found = differs(subject, seed, size, seen);
    if (found === undefined) continue;
    for (let facts = 0; facts < size; facts++) {
      const difference = differs(subject, seed, facts);
      if (difference !== undefined) return { seed, facts, difference };
    }
    return { seed, facts: size, difference: found };
  }
  return undefined;
}
