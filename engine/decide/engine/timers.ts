/**
 * What happens by itself when time passes: crons tick, assets become late.
 *
 * @module
 */
import type { NextInstant } from "./fact.ts";
import { Heap } from "./heap.ts";

/** A cron that some condition names. */
export interface Cron {
  /** The expression. */
  readonly cron: string;
  /** Where its hours are. */
  readonly timezone: string;
  /** Sequence of the fact of time at which it ticked last; 0 if it has not since it is known. */
  ticked: number;
  /** Its next instant; Infinity if there is none. */
  next: number;
  /** Assets that it wakes. */
  readonly wakes: Set<number>;
}

/** A cron that ticks or an asset that becomes late, at an instant. */
interface Timer {
  readonly at: number;
  /** -1 for lateness. */
  readonly cron: number;
  /** -1 for a cron. */
  readonly asset: number;
}

/** All crons and deadlines, the next one first. */
export class Timers {
  /** By number. */
  readonly crons: Cron[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #queue = new Heap<Timer>((a, b) => a.at < b.at);
  readonly #waiting = new Set<number>();
  readonly #next: NextInstant;

  /** `next` reads crons. */
  constructor(next: NextInstant) {
    this.#next = next;
  }

  /** The number of a cron; one that is new begins at `now`. */
  cron(cron: string, timezone: string, now: number): number {
    const key = `${timezone} ${cron}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const next = this.#next(cron, timezone, now) ?? Infinity;
    return this.add({ cron, timezone, ticked: 0, next, wakes: new Set() });
  }

  /** Takes a cron over, from a snapshot. */
  add(cron: Cron): number {
    const number = this.crons.push(cron) - 1;
    this.#numbers.set(`${cron.timezone} ${cron.cron}`, number);
    if (cron.next < Infinity) this.#queue.push({ at: cron.next, cron: number, asset: -1 });
    return number;
  }

  /** Looks at an asset at an instant; one that is waited for already is looked at earlier and asked again. */
  expect(asset: number, at: number): void {
    if (this.#waiting.has(asset)) return;
    this.#waiting.add(asset);
    this.#queue.push({ at, cron: -1, asset });
  }

  /** The next instant at which something may happen; Infinity if there is none. */
  get next(): number {
    return this.#queue.first?.at ?? Infinity;
  }

  /** What is due at `now`: ticks, several of one cron as one, and assets to look at. */
  pass(now: number, tick: (cron: Cron) => void, look: (asset: number) => void): void {
    while (this.next <= now) {
      const { cron, asset } = this.#queue.pop();
      if (cron >= 0) this.#tick(cron, now, tick);
      else {
        this.#waiting.delete(asset);
        look(asset);
      }
    }
  }

  #tick(number: number, now: number, tick: (cron: Cron) => void): void {
    const it = this.crons[number]!;
    it.next = this.#next(it.cron, it.timezone, now) ?? Infinity;
    if (it.next < Infinity) this.#queue.push({ at: it.next, cron: number, asset: -1 });
    tick(it);
  }
}
