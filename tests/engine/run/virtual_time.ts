import { setImmediate } from "node:timers";

interface Timer {
  readonly id: number;
  readonly at: number;
  readonly fire: () => void;
}

/** The clock and the timers of this process, by hand: what sleeps for hours is woken at once, in order. */
export class VirtualTime implements Disposable {
  #now: number;
  #timers: Timer[] = [];
  #ids = 1_000_000;
  readonly #real = { Date, setTimeout, clearTimeout };

  /** From now on it is `from`. */
  constructor(from: Date) {
    this.#now = from.getTime();
    const now = () => this.#now;
    const RealDate = Date;
    const Virtual = class extends RealDate {
      constructor(...args: readonly unknown[]) {
        super(...(args.length === 0 ? [now()] : args) as [number]);
      }
      static override now = now;
    };
    globalThis.Date = Virtual as DateConstructor;
    globalThis.setTimeout = ((fire: () => void, ms = 0) => this.#sleep(fire, ms)) as never;
    globalThis.clearTimeout = ((id: number) => {
      this.#timers = this.#timers.filter((t) => t.id !== id);
    }) as never;
  }

  #sleep(fire: () => void, ms: number): number {
    const timer = { id: ++this.#ids, at: this.#now + Math.max(1, ms), fire };
    const at = this.#timers.findLastIndex((t) => t.at <= timer.at) + 1;
    this.#timers.splice(at, 0, timer);
    return timer.id;
  }

  /** Lets time pass until an instant, or until a while has passed without anything to wait for. */
  async pass(until: Date): Promise<void> {
    for (;;) {
      await quiet();
      const next = this.#timers[0];
      if (!next || next.at > until.getTime()) break;
      this.#timers.shift();
      this.#now = next.at;
      next.fire();
    }
    this.#now = until.getTime();
  }

  /** Gives the clock back. */
  [Symbol.dispose](): void {
    Object.assign(globalThis, this.#real);
  }
}

/** Until nothing is left to do but to wait: a few turns, since workers put off their commits by one. */
async function quiet(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise<void>((r) => setImmediate(r));
}
