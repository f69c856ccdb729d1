/**
 * The errors a caller may want to tell apart. Everything else is a built-in class: `TypeError` for a wrong
 * shape, `RangeError` for a value out of range, `SyntaxError` for text that cannot be parsed.
 *
 * @module
 */

import { type Duration, milliseconds } from "./duration.ts";

/** One thing that is wrong with the definitions. */
export interface Problem {
  /** What is wrong and what would be right, in one sentence. */
  readonly message: string;
  /** Where, `assets/features/activity.ts:12`. */
  readonly at: string;
  /** The assets, jobs or sensors involved. */
  readonly names: readonly string[];
}

/** The definitions contradict each other: a name used twice, a cycle, an upstream that is not defined. */
export class DefinitionError extends Error {
  /** Survives minification. */
  override name = "DefinitionError";
  /** Everything that is wrong, not just the first. */
  readonly problems: readonly Problem[];

  /** The message lists all problems, one a line. */
  constructor(problems: readonly Problem[]) {
    super(problems.map((p) => p.at ? `${p.at}: ${p.message}` : p.message).join("\n"));
    this.problems = problems;
  }
}

/** No asset, job or run of that name exists. `nearest` is what was probably meant. */
export class UnknownName extends Error {
  /** Survives minification. */
  override name = "UnknownName";

  /** `what` is `asset`, `job`, `run`. */
  constructor(
    readonly what: string,
    readonly unknown: string,
    readonly nearest: string | undefined,
  ) {
    super(
      `Cannot find ${what} "${unknown}"${
        nearest === undefined ? "" : `: did you mean "${nearest}"?`
      }`,
    );
  }
}

/**
 * Thrown by code of an asset: fail now, whatever its `retry` says. For what another try cannot mend.
 *
 * @example
 * ```ts
 * import { asset, DoNotRetry } from "engine";
 *
 * const rates = asset({
 *   name: "rates",
 *   retry: { attempts: 5, delay: "10s" },
 *   async materialize(_, { signal }) {
 *     const answer = await fetch("https://rates.example/v1", { signal });
 *     if (answer.status === 401) throw new DoNotRetry("The key of rates.example is not valid");
 *     return await answer.text();
 *   },
 * });
 * ```
 */
export class DoNotRetry extends Error {
  /** Survives minification. */
  override name = "DoNotRetry";
}

/** How {@linkcode RetryRequested} asks. */
export interface RetryAsk extends ErrorOptions {
  /** Wait before the next attempt; by the asset's `retry` unless given. */
  readonly delay?: Duration;
  /** Attempts in all, the first included, instead of the asset's. */
  readonly attempts?: number;
  /** Whether this attempt is one of those that `retry` allows. @default {true} */
  readonly counts?: boolean;
}

/**
 * Thrown by code of an asset: try again, and when. It counts against the attempts of `retry`, unless it says otherwise:
 * what `counts: false` waits for may take as long as it takes.
 *
 * @example Waiting for a file, without holding a worker meanwhile
 * ```ts
 * import { asset, RetryRequested } from "engine";
 *
 * const upload = asset({
 *   name: "upload",
 *   async materialize() {
 *     const found = await Deno.stat("/incoming/today.csv").catch(() => undefined);
 *     if (!found) throw new RetryRequested("today.csv is not there yet", { delay: "5m", counts: false });
 *     return found.size;
 *   },
 * });
 * ```
 */
export class RetryRequested extends Error {
  /** Survives minification. */
  override name = "RetryRequested";
  /** {@linkcode RetryAsk.delay} */
  readonly delay: Duration | undefined;
  /** {@linkcode RetryAsk.attempts} */
  readonly attempts: number | undefined;
  /** {@linkcode RetryAsk.counts} */
  readonly counts: boolean;

  /**
   * `reason` is shown to people.
   *
   * @throws {SyntaxError} If `delay` is no duration.
   * @throws {RangeError} If `attempts` is not a whole number from 1 on.
   */
  constructor(reason: string, ask: RetryAsk = {}) {
    super(reason, ask);
    if (ask.delay !== undefined) milliseconds(ask.delay);
    if (ask.attempts !== undefined && !(Number.isInteger(ask.attempts) && ask.attempts > 0)) {
      throw new RangeError(
        `Cannot ask for another try: attempts is ${ask.attempts}, not a whole number from 1 on`,
      );
    }
    this.delay = ask.delay;
    this.attempts = ask.attempts;
    this.counts = ask.counts ?? true;
  }
}

/** Code of an asset, check or sensor threw. `cause` is the original error, untouched. */
export class UserCodeError extends Error {
  /** Survives minification. */
  override name = "UserCodeError";

  /** `where` reads like `asset "features" [2024-01-01]`. */
  constructor(where: string, cause: unknown) {
    super(`Cannot run ${where}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
