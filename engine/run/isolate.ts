/**
 * The port to running a step apart from the process of its worker, so that whatever it does ends that step only.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Claimed, Outcome } from "../ledger/records.ts";
import type { StepLog } from "./step_log.ts";

/** What a step that runs apart is given. */
export interface IsolatedStep {
  /** Its declaration, whose `timeout` and `memory` hold. */
  readonly asset: Asset;
  /** Where its lines go. */
  readonly log: StepLog;
  /** Aborts when it is to end: the step is told, and killed if it does not end in time. */
  readonly signal: AbortSignal;
}

/** Runs steps in processes that can be killed. */
export interface Isolation {
  /**
   * Runs one step to its outcome.
   *
   * @throws {StepProcessError} If its process ended, or was killed, before there was one.
   */
  run(claimed: Claimed, o: IsolatedStep): Promise<Outcome>;
}

/**
 * Whether an asset runs in a process of its own: code that spins or fills the memory can only be held to a limit by
 * killing a process, and the worker's has other steps in it.
 */
export const isIsolated = (asset: Asset): boolean =>
  asset.timeout !== undefined || asset.memory !== undefined;

/** By what a process of a step ended. */
export type StepProcessEnd = "exit" | "signal" | "memory" | "timeout" | "cancelled" | "start";

/** The process of a step ended before the step did; the message says how, in words. */
export class StepProcessError extends Error {
  /** Survives minification. */
  override name = "StepProcessError";

  /** `end` tells what happened, for those who decide by it. */
  constructor(message: string, readonly end: StepProcessEnd) {
    super(message);
  }
}
