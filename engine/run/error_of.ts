/**
 * What was thrown, as something that can be kept and shown.
 *
 * @module
 */
import { howToAllow } from "../declare/allowed.ts";
import { UserCodeError } from "../declare/errors.ts";
import { masked } from "../declare/secret.ts";
import type { StepError } from "../ledger/records.ts";

/** Frames of a stack that are kept. */
const MOST_FRAMES = 20;

const text = (thrown: unknown): string =>
  howToAllow(thrown instanceof Error ? thrown.message || thrown.name : String(thrown));

/** The message, the messages of the causes below it, and the innermost stack; without secrets. */
export function errorOf(thrown: unknown): StepError {
  const causes: string[] = [];
  let stack: string | null = null;
  let at: unknown = thrown;
  for (let depth = 0; at instanceof Error && depth < 10; depth++) {
    stack = at.stack ?? stack;
    at = at.cause;
    if (at !== undefined) causes.push(at instanceof Error ? `${at.name}: ${text(at)}` : text(at));
  }
  // The message of a UserCodeError repeats its cause: people read it once.
  const shown = thrown instanceof UserCodeError ? causes.slice(1) : causes;
  return {
    message: masked(text(thrown)),
    causes: shown.map(masked),
    stack: stack === null ? null : masked(stack).split("\n").slice(0, MOST_FRAMES).join("\n"),
  };
}
