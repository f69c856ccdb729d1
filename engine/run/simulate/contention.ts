/**
 * What scarce slots cost: how long steps wait for a pool, and which promises are missed for it.
 *
 * @module
 */
import { median } from "../../decide/expected.ts";
import type { StepRecord } from "../../ledger/records.ts";
import type { BrokenPromise } from "./report.ts";

/** A pool in a simulation. */
export interface PoolWaiting {
  /** The pool. */
  readonly pool: string;
  /** How many slots it has. */
  readonly slots: number;
  /** Steps that began and took slots of it. */
  readonly steps: number;
  /** Those of them that were ready while it was too full for them. */
  readonly waited: number;
  /** The middle wait of all of them, milliseconds. */
  readonly p50: number;
  /** The longest, milliseconds. */
  readonly max: number;
  /** Steps that it kept waiting at the end. */
  readonly left: number;
  /** Freshness and deadlines that would be kept if it had no limit. */
  readonly missed: readonly BrokenPromise[];
}

/** From when to when, milliseconds since 1970. */
type Span = readonly [from: number, to: number];

/** Slots that are taken from an instant on. */
interface Level {
  readonly at: number;
  readonly taken: number;
}

/** When how many slots of a pool were taken, oldest first. */
function levels(steps: readonly StepRecord[], pool: string): readonly Level[] {
  const changes = new Map<number, number>();
  const add = (at: Date, slots: number) =>
    changes.set(at.getTime(), (changes.get(at.getTime()) ?? 0) + slots);
  for (const step of steps) {
    const slots = step.pools[pool] ?? 0;
    for (const a of slots > 0 ? step.attempts : []) {
      add(a.startedAt, slots);
      if (a.endedAt) add(a.endedAt, -slots);
    }
  }
  let taken = 0;
  return [...changes].sort(([a], [b]) => a - b)
    .map(([at, change]) => ({ at, taken: taken += change }));
}

/** When a pool had less than so many slots free. */
function fullSpans(at: readonly Level[], room: number): readonly Span[] {
  return at.flatMap(({ at: from, taken }, i): Span[] =>
    taken > room ? [[from, at[i + 1]?.at ?? Infinity]] : []
  );
}

/** The part of some spans that lies within one. */
const within = (spans: readonly Span[], [from, to]: Span): readonly Span[] =>
  spans.map(([a, b]): Span => [Math.max(a, from), Math.min(b, to)]).filter(([a, b]) => a < b);

/** How long spans last together, what overlaps counted once. */
function lengthOf(spans: readonly Span[]): number {
  let [sum, end] = [0, -Infinity];
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    sum += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return sum;
}

/** How pools were taken in some days. */
export class Contention {
  readonly #slots: ReadonlyMap<string, number>;
  readonly #levels: ReadonlyMap<string, readonly Level[]>;

  /** From the steps of these days and the slots of the pools. */
  constructor(
    readonly steps: readonly StepRecord[],
    slots: ReadonlyMap<string, number>,
    readonly until: Date,
  ) {
    this.#slots = slots;
    this.#levels = new Map([...slots.keys()].map((pool) => [pool, levels(steps, pool)]));
  }

  /** When a step was ready and a pool was too full for it. */
  #waited(step: StepRecord, pool: string): readonly Span[] {
    const need = step.pools[pool] ?? 0;
    const [first] = step.attempts;
    const ready = first?.readyAt ?? step.readyAt;
    if (need === 0 || !ready) return [];
    const span: Span = [ready.getTime(), (first?.startedAt ?? this.until).getTime()];
    return within(fullSpans(this.#levels.get(pool) ?? [], this.#slots.get(pool)! - need), span);
  }

  /** Milliseconds that a step waited for any pool. */
  msOf(step: StepRecord): number {
    return lengthOf(Object.keys(step.pools).flatMap((pool) => this.#waited(step, pool)));
  }

  /** How long steps waited for each pool. */
  get pools(): readonly PoolWaiting[] {
    return [...this.#slots].map(([pool, slots]): PoolWaiting => {
      const of = this.steps.filter((s) => (s.pools[pool] ?? 0) > 0);
      const begun = of.filter((s) => s.attempts.length > 0);
      const ms = begun.map((s) => lengthOf(this.#waited(s, pool)));
      const end = this.until.getTime();
      const left = of.filter((s) => s.state === "queued" && s.attempts.length === 0)
        .filter((s) => this.#waited(s, pool).some(([, to]) => to === end));
      return {
        pool,
        slots,
        steps: ms.length,
        waited: ms.filter((n) => n > 0).length,
        p50: median(ms) ?? 0,
        max: ms.reduce((a, b) => Math.max(a, b), 0),
        left: left.length,
        missed: [],
      };
    });
  }
}

/**
 * Says of each pool which promises are missed for it: those that are kept when the same days go by without its limit.
 * What is kept only when no pool has a limit is missed for each that steps waited for.
 */
export async function blame<
  T extends { readonly pools: readonly PoolWaiting[]; readonly broken: readonly BrokenPromise[] },
>(found: T, without: (pools: ReadonlySet<string>) => Promise<T>): Promise<T> {
  const full = found.pools.filter((p) => p.waited + p.left > 0).map((p) => p.pool);
  if (full.length === 0 || found.broken.length === 0) return found;
  const missed = new Map<string, readonly BrokenPromise[]>();
  for (const pool of full) {
    missed.set(pool, keptBy(found.broken, (await without(new Set([pool]))).broken));
  }
  if (full.length > 1) {
    const explained = new Set([...missed.values()].flat());
    const together = keptBy(found.broken, (await without(new Set(full))).broken)
      .filter((b) => !explained.has(b));
    for (const pool of full) missed.set(pool, [...missed.get(pool)!, ...together]);
  }
  return {
    ...found,
    pools: found.pools.map((p) => ({ ...p, missed: missed.get(p.pool) ?? [] })),
  };
}

/** Promises that are broken here and at no time of the same span there. */
const keptBy = (broken: readonly BrokenPromise[], there: readonly BrokenPromise[]) =>
  broken.filter((b) => !there.some((t) => t.asset === b.asset && t.from < b.to && b.from < t.to));
