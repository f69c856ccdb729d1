/**
 * The loop of a worker: claim, run, finish.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Definitions } from "../graph/define.ts";
import type { Ledger, WorkerHello } from "../ledger/ledger.ts";
import type { Claimed, Outcome } from "../ledger/records.ts";
import type { Isolation } from "./isolate.ts";
import type { Lender } from "./lend.ts";
import { pause } from "../ledger/pause.ts";
import { type LogBuffer, logBuffer } from "./step_log.ts";
import type { Bench } from "./bench.ts";
import { Families } from "./families.ts";
import { tokenOf } from "./isolate/wire.ts";
import { runStep } from "./step.ts";
import { together } from "./together.ts";

/** What a worker is made of. */
export interface WorkerOptions {
  /** What exists. */
  readonly definitions: Definitions;
  /** Where the work is. */
  readonly ledger: Ledger;
  /** Who opens resources. */
  readonly lender: Lender;
  /** Where steps with a timeout or a memory limit run; in this process if there is none. */
  readonly isolation?: Isolation;
  /** What it says of itself. */
  readonly hello: WorkerHello;
  /** Ends the worker: nothing more is claimed, what runs is waited for. */
  readonly signal: AbortSignal;
  /** Milliseconds between signs of life. @default {300} */
  readonly heartbeatMs?: number;
  /**
   * Milliseconds that an answer of the ledger may be on its way; what began earlier and is not known here was lost with
   * its answer and is given back. @default {5000}
   */
  readonly answerMs?: number;
  /** Milliseconds after which it looks for work without being told. @default {1000} */
  readonly pollMs?: number;
  /** Milliseconds that running steps have to end after `signal` before they are aborted. @default {20000} */
  readonly drainMs?: number;
  /** Is told what went wrong outside of steps, such as a database that is away. */
  onTrouble?(error: unknown): void;
  /** Is told when it has joined. */
  onJoined?(worker: string): void;
}

const POLL_MS = 1_000;
/** Signs of life after which a worker compares what it runs with what it is said to hold. */
const COMPARE_BEATS = 10;

/** Works until `signal` aborts. A worker that was given up (stopped, cut off) joins again under a new name. */
export async function work(options: WorkerOptions): Promise<void> {
  await using logs = logBuffer({
    keep: (lines) => options.ledger.log(lines),
    now: () => new Date(),
  });
  let waitMs = 100;
  while (!options.signal.aborted) {
    try {
      await new Shift(options, logs).run();
      waitMs = 100;
    } catch (error) {
      options.onTrouble?.(error);
      await pause(waitMs, options.signal);
      waitMs = Math.min(waitMs * 2, 5_000);
    }
  }
}

/** One membership: from joining to leaving or to being given up. */
class Shift {
  readonly #o: WorkerOptions;
  readonly #logs: LogBuffer;
  readonly #bench: Bench;
  readonly #running = new Map<string, AbortController>();
  readonly #over = new AbortController();
  #ended: Outcome[] = [];
  #finishing: Promise<void> | undefined;
  #worker = "";
  #woken = false;
  /** Slots that questions under way may fill. */
  #kept = 0;
  #wake = () => {};
  #lost = false;
  #abandoning = false;
  #failure: unknown;

  constructor(o: WorkerOptions, logs: LogBuffer) {
    this.#o = o;
    this.#logs = logs;
    this.#bench = {
      definitions: o.definitions,
      ledger: together(o.ledger),
      lender: o.lender,
      families: new Families(),
      ...(o.isolation ? { isolation: o.isolation } : {}),
      now: () => new Date(),
      random: Math.random,
    };
  }

  async run(): Promise<void> {
    const { ledger, hello, signal } = this.#o;
    this.#worker = await ledger.join(hello);
    this.#o.onJoined?.(this.#worker);
    const stop = () => this.#poke();
    signal.addEventListener("abort", stop);
    const others = [this.#beat(), this.#listen()];
    try {
      while (!signal.aborted && !this.#lost) await this.#tryTurn();
      if (!this.#lost) await this.#drain();
    } finally {
      signal.removeEventListener("abort", stop);
      this.#over.abort();
      // What ends by this is no outcome: whoever buries the worker, or its farewell, queues it again.
      this.#abandoning = true;
      for (const running of this.#running.values()) running.abort(new Error("The worker was lost"));
      await Promise.allSettled(others);
      await this.#offerLate();
      // Also one that was given up: what ties it to its connection is let go.
      await ledger.leave(this.#worker).catch((e) => this.#o.onTrouble?.(e));
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** What had ended when it was given up is refused; that it came is remembered. */
  async #offerLate(): Promise<void> {
    await this.#finishing;
    if (!this.#lost || this.#ended.length === 0) return;
    await this.#o.ledger.finish(this.#ended, { ...this.#ask, room: 0 })
      .catch((e) => this.#o.onTrouble?.(e));
  }

  get #room(): number {
    return this.#o.signal.aborted || this.#lost
      ? 0
      : this.#o.hello.slots - this.#running.size - this.#kept;
  }

  get #ask() {
    return { worker: this.#worker, queues: this.#o.hello.queues, room: Math.max(0, this.#room) };
  }

  #poke(): void {
    this.#woken = true;
    this.#wake();
  }

  /** A database that is away for a moment costs nothing of what runs: it is asked again. */
  async #tryTurn(): Promise<void> {
    try {
      await this.#turn();
    } catch (error) {
      this.#o.onTrouble?.(error);
      await pause(200, this.#o.signal);
    }
  }

  /** Claims what there is room for, then sleeps until told or until it is time to look. */
  async #turn(): Promise<void> {
    this.#woken = false;
    if (this.#room > 0) {
      const ask = this.#ask;
      const isFull = await this.#promised(ask.room, async () => {
        const claimed = await this.#o.ledger.claim(ask);
        claimed.forEach((c) => this.#start(c));
        return claimed.length === ask.room;
      });
      if (isFull && this.#room > 0) return;
    }
    if (this.#woken) return;
    const told = Promise.withResolvers<void>();
    this.#wake = told.resolve;
    const timer = setTimeout(told.resolve, this.#o.pollMs ?? POLL_MS);
    await told.promise;
    clearTimeout(timer);
  }

  /** Keeps slots for what an answer starts, so that two questions at once never fill the same ones. */
  async #promised<T>(slots: number, ask: () => Promise<T>): Promise<T> {
    this.#kept += slots;
    try {
      return await ask();
    } finally {
      this.#kept -= slots;
    }
  }

  #start(claimed: Claimed): void {
    const abort = new AbortController();
    const token = tokenOf(claimed);
    this.#running.set(token, abort);
    const log = this.#logs.of(claimed);
    void runStep(this.#bench, claimed, { log, signal: abort.signal }).then((outcome) => {
      // Aborted by the shutdown, not by a person: not an outcome, the step is queued again when the worker leaves.
      if (this.#abandoning && outcome.state === "cancelled") {
        return void this.#running.delete(token);
      }
      this.#ended.push(outcome);
      this.#finishing ??= this.#finish();
    });
  }

  /** Outcomes that arrive while a commit is under way share the next one. */
  async #finish(): Promise<void> {
    // Steps that read together end together: the first of them waits for the others, not for its own commit.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#ended.length > 0 && !this.#lost) {
      const batch = this.#ended;
      this.#ended = [];
      try {
        const room = this.#o.signal.aborted ? 0 : Math.max(0, this.#room + batch.length);
        const ask = { ...this.#ask, room, more: true };
        await this.#promised(Math.max(0, room - batch.length), async () => {
          const { next, drained } = await this.#o.ledger.finish(batch, ask);
          batch.forEach((o) => this.#running.delete(tokenOf(o)));
          next.forEach((c) => this.#start(c));
          // Where the answer did not look into the queue, the next turn does.
          if (!drained) this.#poke();
          batch.forEach((o) => this.#lookAgain(o));
        });
      } catch (error) {
        // The database is away: the results are kept and offered again; if it takes too long they are fenced off.
        this.#o.onTrouble?.(error);
        this.#ended = [...batch, ...this.#ended];
        if (this.#abandoning) break;
        await pause(200, this.#over.signal);
        if (this.#over.signal.aborted) break;
      }
    }
    this.#finishing = undefined;
  }

  /** A next try that comes before the worker would look is not told of by anybody. */
  #lookAgain(outcome: Outcome): void {
    if (outcome.state !== "failed" || outcome.retryAt === null) return;
    const ms = outcome.retryAt.getTime() - Date.now();
    if (ms > (this.#o.pollMs ?? POLL_MS)) return;
    void pause(Math.max(0, ms) + 1, this.#over.signal).then(() => this.#poke());
  }

  /** Signs of life; whoever hears that it was given up stops everything it runs. */
  async #beat(): Promise<void> {
    const { ledger, heartbeatMs = 300, answerMs = 5_000 } = this.#o;
    for (let beat = 1; !this.#over.signal.aborted; beat++) {
      await pause(heartbeatMs, this.#over.signal);
      if (this.#over.signal.aborted) return;
      try {
        if (!await ledger.heartbeat(this.#worker)) return this.#giveUp();
        if (this.#running.size > 0) await this.#stopRevoked();
        if (beat % COMPARE_BEATS === 0) {
          await ledger.disown(this.#worker, [...this.#running.keys()], answerMs);
        }
      } catch (error) {
        this.#o.onTrouble?.(error);
      }
    }
  }

  async #stopRevoked(): Promise<void> {
    for (const revoked of await this.#o.ledger.revoked(this.#worker)) {
      this.#running.get(tokenOf(revoked))?.abort(new Error(revoked.reason));
    }
  }

  #giveUp(): void {
    this.#lost = true;
    this.#failure = new Error(`Worker ${this.#worker} was given up by the others; it joins again`);
    this.#poke();
  }

  async #listen(): Promise<void> {
    while (!this.#over.signal.aborted) {
      try {
        for await (const news of this.#o.ledger.news(this.#over.signal)) {
          if (news.of === "step" || news.of === "gap") this.#poke();
        }
      } catch (error) {
        this.#o.onTrouble?.(error);
        await pause(500, this.#over.signal);
      }
    }
  }

  /** Its time to stop is over and its results cannot be told: whoever finds it dead queues its steps again. */
  get #isStranded(): boolean {
    return this.#abandoning && this.#ended.length > 0 && this.#finishing === undefined;
  }

  /** Lets running steps end, then aborts them. */
  async #drain(): Promise<void> {
    const timer = setTimeout(() => {
      this.#abandoning = true;
      for (const r of this.#running.values()) r.abort(new Error("The worker is shutting down"));
    }, this.#o.drainMs ?? 20_000);
    while (this.#running.size > 0 && !this.#isStranded) {
      await this.#finishing;
      await pause(20, this.#over.signal);
    }
    clearTimeout(timer);
    await this.#finishing;
  }
}
