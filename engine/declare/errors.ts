/**
 * The errors a caller may want to tell apart. Everything else is a built-in class: `TypeError` for a wrong
 * shape, `RangeError` for a value out of range, `SyntaxError` for text that cannot be parsed.
 *
 * @module
 */

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
