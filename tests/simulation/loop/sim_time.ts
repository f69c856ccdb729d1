/** The clock, the timers and the dice of several pretended processes in this one, by hand. @module */
import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers";
import type { Dice } from "../../engine/ledger/dice.ts";
import { Agenda } from "../agenda.ts";

/** A process that is pretended: its timers stop with it. */
export interface Process {
  readonly name: string;
  /** What it waits for never comes. */
  isDead: boolean;
  /** Until then (virtual time) it is stopped. */
  frozenUntil: number;
  /** Milliseconds by which its clock is wrong. */
  clock: number;
}

const current = new AsyncLocalStorage<Process>();

/** From now on nothing in this process waits for real. */
export class SimTime implements Disposable {
  readonly agenda = new Agenda();
  readonly #from: number;
  readonly #gone = new Set<number>();
  #ids = 1_000_000;
  readonly #real = { Date, setTimeout, clearTimeout };
  readonly #random = Math.random;

  constructor(from: Date, dice: Dice) {
    this.#from = from.getTime();
    const now = () => this.true() + (current.getStore()?.clock ?? 0);
    const RealDate = Date;
    const Virtual = class extends RealDate {
      constructor(...args: readonly unknown[]) {
        super(...(args.length === 0 ? [now()] : args) as [number]);
      }
      static override now = now;
    };
    globalThis.Date = Virtual as DateConstructor;
    globalThis.setTimeout = ((fire: () => void, ms = 0) => this.#sleep(fire, ms)) as never;
    globalThis.clearTimeout = ((id: number) => void this.#gone.add(id)) as never;
    Math.random = () => dice.below(2 ** 30) / 2 ** 30;
  }

  /** What a clock shows that is right. */
  true(): number {
    return this.#from + this.agenda.now;
  }

  /** Runs code as a process. */
  as<T>(process: Process, code: () => T): T {
    return current.run(process, code);
  }

  /** Whether the code that asks runs in a process. */
  isIn(process: Process): boolean {
    return current.getStore() === process;
  }

  /** Lets something happen in a process, unless it is dead by then; when it is stopped, after that. */
  after(process: Process | undefined, ms: number, act: () => void): void {
    const fire = () => {
      if (process?.isDead) return;
      const left = (process?.frozenUntil ?? 0) - this.agenda.now;
      if (left > 0) this.agenda.after(left, fire);
      else if (process) current.run(process, act);
      else current.exit(act);
    };
    this.agenda.after(ms, fire);
  }

  #sleep(fire: () => void, ms: number): number {
    const id = ++this.#ids;
    const resume = AsyncLocalStorage.snapshot();
    this.after(current.getStore(), Math.max(1, ms), () => {
      if (!this.#gone.delete(id)) resume(fire);
    });
    return id;
  }

  /** Lets the next thing happen, and all that follows from it at once. */
  async next(): Promise<boolean> {
    const isMore = await this.agenda.next();
    // Workers put off their commits by one turn.
    for (let i = 0; i < 3; i++) await new Promise<void>((r) => setImmediate(r));
    return isMore;
  }

  /** Gives the clock back. */
  [Symbol.dispose](): void {
    Object.assign(globalThis, this.#real);
    Math.random = this.#random;
  }
}
