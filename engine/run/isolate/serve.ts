/**
 * The side of the process in which isolated steps run: one step at a time, as a worker would run it.
 *
 * @module
 */
import type { Definitions } from "../../graph/define.ts";
import { fingerprint } from "../../graph/fingerprint.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { KeySet } from "../../ledger/sets.ts";
import type { Claimed, MaterializationRecord, Outcome, SliceKey } from "../../ledger/records.ts";
import { tracing } from "../../ledger/tracing.ts";
import type { Bench } from "../bench.ts";
import { Families } from "../families.ts";
import { keySetReader } from "../key_sets.ts";
import type { Lender } from "../lend.ts";
import { maskedOutcome } from "../masked_outcome.ts";
import { outcomeOf, type Within } from "../step.ts";
import type { StepLog } from "../step_log.ts";
import {
  type Abort,
  type Answer,
  type FromStep,
  type Link,
  type Question,
  tokenOf,
  type ToStep,
} from "./wire.ts";

/** What such a process is made of. */
export interface ServeOptions {
  /** What exists. */
  readonly definitions: Definitions;
  /** Who opens resources; they stay open from step to step. */
  readonly lender: Lender;
  /** The worker. */
  readonly link: Link<ToStep, FromStep>;
  /** Where code writes. */
  readonly log: StepLog;
  /** Is called when all lines of a step are written, before its outcome is told. */
  onEnded(token: string): void;
}

/** Runs the steps that the worker sends, until it is gone. */
export async function serveSteps(o: ServeOptions): Promise<void> {
  const asked = new Asked(o.link);
  const refresh = keySetReader(asked, o.definitions);
  const bench: Bench = {
    definitions: o.definitions,
    ledger: asked,
    lender: o.lender,
    families: new Families(),
    now: () => new Date(),
    random: Math.random,
  };
  let running: { readonly token: string; stop(abort: Abort): void } | undefined;
  o.link.send({ say: "ready" });
  for await (const frame of o.link.heard) {
    if (frame.say === "answer") asked.answer(frame.id, frame.found);
    else if (frame.say === "refusal") asked.refuse(frame.id, frame.message);
    else if (frame.say === "abort") {
      if (running?.token === frame.token) running.stop(frame.abort);
    } else {
      const { claimed } = frame;
      const attempt = new Attempt(bench, claimed, o.log, refresh);
      const token = tokenOf(claimed);
      running = { token, stop: (abort) => attempt.stop(abort) };
      void traced(frame, () => attempt.run(frame.code)).then((outcome) => {
        o.onEnded(token);
        o.link.send({ say: "outcome", outcome });
      });
    }
  }
}

/** The work of a step as a span below the one that its worker began, if somebody records. */
async function traced(
  { claimed, parent }: Extract<ToStep, { readonly say: "step" }>,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  const recorder = tracing();
  if (!recorder || parent === undefined) return await work();
  const attributes = { "aurora.asset": claimed.asset, "aurora.attempt": claimed.attempt };
  const call = { name: `process ${claimed.asset}`, kind: "consumer", attributes } as const;
  return await recorder.under([parent], call, work);
}

/** One step here, which is told to end but never left behind: whoever waits kills the process. */
class Attempt {
  readonly #late = new AbortController();
  readonly #cancelled = new AbortController();
  readonly #bench: Bench;
  readonly #claimed: Claimed;
  readonly #log: StepLog;
  /** Tells dynamic rules which keys they have. */
  readonly #refresh: () => Promise<void>;

  constructor(bench: Bench, claimed: Claimed, log: StepLog, refresh: () => Promise<void>) {
    this.#bench = bench;
    this.#claimed = claimed;
    this.#log = log;
    this.#refresh = refresh;
  }

  stop({ by, reason }: Abort): void {
    if (by === "timeout") this.#late.abort(new DOMException(reason, "TimeoutError"));
    else this.#cancelled.abort(new Error(reason));
  }

  async run(code: string): Promise<Outcome> {
    const within: Within = async (asset, signal, work) => {
      mustBe(asset.name, fingerprint(asset).code, code);
      await this.#refresh();
      const both = AbortSignal.any([signal, this.#late.signal]);
      // What it throws when it is told to end says less than why it was told.
      const done = await Promise.allSettled([work(both)]);
      both.throwIfAborted();
      if (done[0].status === "rejected") throw done[0].reason;
      return done[0].value;
    };
    // Here, where the secrets that its code named are known.
    return maskedOutcome(
      await outcomeOf(this.#bench, this.#claimed, {
        log: this.#log,
        signal: this.#cancelled.signal,
        within,
      }),
    );
  }
}

/** A process that was started later may find other code on the disk than its worker has. */
function mustBe(asset: string, found: string, wanted: string): void {
  if (found === wanted) return;
  throw new RangeError(
    `Cannot run "${asset}": its code on the disk is not that of the worker, which started before ` +
      "it was changed; start the worker again",
  );
}

/** Reads the ledger through the worker. */
class Asked implements Pick<Ledger, "visible" | "versions" | "keySets"> {
  readonly #link: Link<ToStep, FromStep>;
  readonly #open = new Map<number, PromiseWithResolvers<Answer>>();
  #last = 0;

  constructor(link: Link<ToStep, FromStep>) {
    this.#link = link;
  }

  async visible(slices: readonly SliceKey[]): Promise<readonly MaterializationRecord[]> {
    if (slices.length === 0) return [];
    return await this.#ask({ of: "visible", slices }) as readonly MaterializationRecord[];
  }

  async versions(versions: readonly bigint[]): Promise<readonly MaterializationRecord[]> {
    if (versions.length === 0) return [];
    return await this.#ask({ of: "versions", versions }) as readonly MaterializationRecord[];
  }

  async keySets(known: ReadonlyMap<string, number>): Promise<readonly KeySet[]> {
    return await this.#ask({ of: "keySets", known: [...known] }) as readonly KeySet[];
  }

  answer(id: number, found: Answer): void {
    this.#open.get(id)?.resolve(found);
    this.#open.delete(id);
  }

  refuse(id: number, message: string): void {
    this.#open.get(id)?.reject(new Error(message));
    this.#open.delete(id);
  }

  #ask(question: Question): Promise<Answer> {
    const id = ++this.#last;
    const answer = Promise.withResolvers<Answer>();
    this.#open.set(id, answer);
    this.#link.send({ say: "ask", id, question });
    return answer.promise;
  }
}
