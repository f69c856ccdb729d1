/**
 * What an attempt came to, without secrets.
 *
 * @module
 */
import type { Metadata } from "../declare/asset.ts";
import { masked } from "../declare/secret.ts";
import type { Outcome, Result, StepError } from "../ledger/records.ts";

/** An error without secrets, in message, causes and stack. */
export const maskedError = (error: StepError): StepError => ({
  message: masked(error.message),
  causes: error.causes.map(masked),
  stack: error.stack === null ? null : masked(error.stack),
});

/** An outcome without secrets in what people read of it; its value and its events are data and stay as they are. */
export function maskedOutcome(outcome: Outcome): Outcome {
  if (outcome.state === "success") return { ...outcome, result: maskedResult(outcome.result) };
  const error = maskedError(outcome.error);
  if (outcome.state === "cancelled" || !outcome.withheld) return { ...outcome, error };
  return { ...outcome, error, withheld: maskedResult(outcome.withheld) };
}

const maskedResult = (result: Result): Result => ({
  ...result,
  metadata: texts(result.metadata),
  checks: result.checks.map((c) => ({
    ...c,
    reason: c.reason === null ? null : masked(c.reason),
    metadata: texts(c.metadata),
  })),
});

/** Numbers and truths as they are. */
const texts = (metadata: Metadata): Metadata =>
  Object.fromEntries(
    Object.entries(metadata).map(([name, v]) => [name, typeof v === "string" ? masked(v) : v]),
  );
