/**
 * What the behaviours of the ledger contract are told with.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Ask, Ledger } from "../ledger.ts";
import type {
  Claimed,
  Finished,
  Outcome,
  PlannedStep,
  Result,
  RunRecord,
  StepError,
  StepRecord,
  Submission,
} from "../records.ts";

/** A ledger to be tested. */
export interface Subject extends AsyncDisposable {
  /** Empty at the beginning of each behaviour. */
  readonly ledger: Ledger;
  /** Moves the clock of the ledger, if the test holds it; else real time passes. */
  advanceClock?(ms: number): void;
}

/** One sentence of the contract, and how it is tested. */
export type Behaviour = readonly [sentence: string, test: (subject: Subject) => Promise<void>];

/** Lets time pass for the ledger. */
export async function pass(subject: Subject, ms: number): Promise<void> {
  if (subject.advanceClock) subject.advanceClock(ms);
  else await new Promise((resolve) => setTimeout(resolve, ms));
}

/** A step of a plan; what is not given is plain. */
export function step(asset: string, options: Partial<PlannedStep> = {}): PlannedStep {
  return {
    asset,
    partition: "",
    reason: `"${asset}" was asked for`,
    needs: [],
    queue: "default",
    priority: 0,
    pools: {},
    retry: { attempts: 1 },
    ...options,
  };
}

/** A run; what is not given is plain. */
export function plan(
  steps: readonly PlannedStep[],
  options: Partial<Submission> = {},
): Submission {
  return {
    key: null,
    job: null,
    maxActiveRuns: Infinity,
    title: "a run",
    partition: null,
    trigger: "cli",
    by: null,
    reason: "asked for",
    priority: 0,
    ...options,
    steps,
  };
}

/** Submits a run. Gives its id. */
export async function submit(
  ledger: Ledger,
  steps: readonly PlannedStep[],
  options: Partial<Submission> = {},
): Promise<string> {
  return (await ledger.submit(plan(steps, options))).run;
}

/** A worker that asks in one line. */
export interface Hand {
  readonly id: string;
  ask(room?: number): Ask;
  claim(room?: number): Promise<readonly Claimed[]>;
  /** Claims exactly one step. */
  one(): Promise<Claimed>;
  /** Ends attempts; takes no further step unless `room` is given. */
  finish(outcomes: readonly Outcome[], room?: number): Promise<Finished>;
}

/** Registers a worker. */
export async function worker(
  ledger: Ledger,
  queues: readonly string[] = ["default"],
): Promise<Hand> {
  const id = await ledger.join({ host: "here", pid: 1, queues, slots: 100 });
  const ask = (room = 100) => ({ worker: id, queues, room });
  const claim = (room?: number) => ledger.claim(ask(room));
  return {
    id,
    ask,
    claim,
    finish: (outcomes, room = 0) => ledger.finish(outcomes, ask(room)),
    async one() {
      const [claimed, ...more] = await claim(1);
      assert(claimed !== undefined, "there is a step to claim");
      assertEquals(more, []);
      return claimed;
    },
  };
}

/** A result; what is not given is plain. */
export function result(options: Partial<Result> = {}): Result {
  return {
    code: "code 1",
    config: "config 1",
    dataVersion: "data 1",
    inputs: [],
    metadata: {},
    value: null,
    checks: [],
    events: [],
    ...options,
  };
}

const token = ({ run, step, attempt }: Claimed) => ({ run, step, attempt });

/** The outcome of an attempt that succeeded. */
export function done(claimed: Claimed, options: Partial<Result> = {}): Outcome {
  return { ...token(claimed), state: "success", result: result(options) };
}

/** The outcome of an attempt that failed. */
export function failed(
  claimed: Claimed,
  message = "it broke",
  retryAt: Date | null = null,
): Outcome {
  return { ...token(claimed), state: "failed", error: errorOf(message), retryAt };
}

/** The outcome of an attempt that asked for another try and does not count. */
export function postponed(claimed: Claimed, retryAt: Date | null = null): Outcome {
  const error = errorOf("not there yet");
  return { ...token(claimed), state: "failed", error, retryAt, counts: false };
}

/** The outcome of an attempt whose result must not be seen. */
export function withheld(claimed: Claimed, result: Result): Outcome {
  const error = errorOf("a blocking check failed");
  return { ...token(claimed), state: "failed", error, retryAt: null, withheld: result };
}

/** The outcome of an attempt that was stopped. */
export function stopped(claimed: Claimed): Outcome {
  return { ...token(claimed), state: "cancelled", error: errorOf("stopped") };
}

/** An error as it was thrown. */
export const errorOf = (message: string): StepError => ({
  message,
  causes: ["a cause"],
  stack: "Error: a cause\n    at x.ts:1:1",
});

/** `run/step/attempt`. */
export const id = ({ run, step, attempt }: Claimed): string => `${run}/${step}/${attempt}`;

/** A run as it stands. */
export async function runOf(ledger: Ledger, id: string): Promise<RunRecord> {
  return (await known(ledger, id)).run;
}

/** The steps of a run as they stand. */
export async function stepsOf(ledger: Ledger, id: string): Promise<readonly StepRecord[]> {
  return (await known(ledger, id)).steps;
}

/** One step of a run as it stands. */
export async function stepOf(ledger: Ledger, run: string, index = 0): Promise<StepRecord> {
  const found = (await stepsOf(ledger, run))[index];
  assert(found !== undefined, `run ${run} has a step ${index}`);
  return found;
}

/** The states of the steps of a run. */
export async function states(ledger: Ledger, run: string): Promise<string> {
  return (await stepsOf(ledger, run)).map((step) => step.state).join(" ");
}

async function known(ledger: Ledger, id: string) {
  const found = await ledger.run(id);
  assert(found !== undefined, `run ${id} is known`);
  return found;
}

/** Computes all that can be computed. Gives the assets in the order in which they came. */
export async function drain(hand: Hand): Promise<string[]> {
  const order: string[] = [];
  let claimed = await hand.claim();
  while (claimed.length > 0) {
    order.push(...claimed.map((c) => c.asset));
    const { next } = await hand.finish(claimed.map((c) => done(c)), 100);
    claimed = [...next, ...await hand.claim()];
  }
  return order;
}
