import type { Outcome, StepError } from "engine";

/**
 * SQLSTATE classes that say that the data is refused, whoever offers it and how often: data exception, a missing or
 * forbidden value, a limit of the program.
 */
const REFUSED = /^(22|23502|23503|23514|54)/;

/** Whether an outcome, and not the database or the way to it, is why an error was thrown. */
export function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  if (typeof code === "string") return REFUSED.test(code);
  // What JSON.stringify throws: of a bigint or a value that contains itself, and of a text longer than there can be.
  return error instanceof TypeError || error instanceof RangeError;
}

/** An outcome that cannot be kept, as the failure that it is. */
export function unkept(o: Outcome, thrown: unknown): Extract<Outcome, { state: "failed" }> {
  const { message, detail } = thrown as { readonly message: string; readonly detail?: unknown };
  const before = o.state === "success" ? [] : [o.error.message, ...o.error.causes];
  const error: StepError = {
    message: `Cannot keep the result of attempt ${o.attempt}: ${message}`,
    causes: [...typeof detail === "string" ? [detail] : [], ...before],
    stack: null,
  };
  return { run: o.run, step: o.step, attempt: o.attempt, state: "failed", error, retryAt: null };
}
