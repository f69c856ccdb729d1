/**
 * Outcomes that the in-memory ledger does not take as they are: those that come too late, and those that no ledger
 * could keep.
 *
 * @module
 */
import type { MemoryState } from "./memory_state.ts";
import type { Outcome, StepError } from "./records.ts";

/** Remembers with its attempt what came after the attempt was taken from its worker. */
export function rememberLate(state: MemoryState, outcome: Outcome, worker: string): void {
  if (outcome.state === "cancelled") return;
  const step = state.runs.get(outcome.run)?.steps[outcome.step];
  const attempt = step?.attempts.find((a) => a.attempt === outcome.attempt);
  if (attempt === undefined || attempt.worker !== worker || attempt.late !== undefined) return;
  if (attempt.state !== "lost" && attempt.state !== "cancelled") return;
  attempt.late = {
    at: state.now(),
    worker,
    state: outcome.state,
    dataVersion: outcome.state === "success" ? outcome.result.dataVersion : null,
    error: outcome.state === "success" ? null : structuredClone(outcome.error),
  };
}

/** The outcome itself, or the failure that it is if it cannot be kept. */
export function kept(outcome: Outcome): Outcome {
  const why = unkept(outcome);
  if (why === undefined) return outcome;
  const message = `Cannot keep the result of attempt ${outcome.attempt}: ${why}`;
  const causes = outcome.state === "success"
    ? []
    : [outcome.error.message, ...outcome.error.causes];
  const error: StepError = { message, causes, stack: null };
  const { run, step, attempt } = outcome;
  return { run, step, attempt, state: "failed", error, retryAt: null };
}

function unkept(outcome: Outcome): string | undefined {
  try {
    const { state } = outcome;
    JSON.stringify(state === "success" ? outcome.result : outcome);
  } catch (error) {
    return (error as Error).message;
  }
  if (outcome.state !== "success") return undefined;
  const isWhole = outcome.result.events.every((e) =>
    typeof e.topic === "string" && typeof e.key === "string"
  );
  return isWhole ? undefined : "an event has no topic or no key";
}
