/**
 * Rules for requesting an asset without being asked: data, so that they can be explained.
 *
 * @module
 */

/** A rule for requesting an asset by itself. */
export type Condition =
  | { readonly is: "missing" | "stale" | "depsUpdated" | "codeChanged" }
  | { readonly is: "cron"; readonly cron: string; readonly timezone: string }
  | { readonly is: "and" | "or"; readonly of: readonly Condition[] }
  | { readonly is: "not"; readonly of: Condition };

/** The usual conditions. They combine with `and`, `or`, `not`. */
export const when: {
  /** Never computed. */
  readonly missing: Condition;
  /** An upstream was computed since. */
  readonly depsUpdated: Condition;
  /** Missing, or an upstream or the code changed. */
  readonly eager: Condition;
  /** At each tick of a cron expression. */
  cron(cron: string, timezone?: string): Condition;
  /** All of them. */
  and(...of: readonly Condition[]): Condition;
  /** Any of them. */
  or(...of: readonly Condition[]): Condition;
  /** The opposite. */
  not(of: Condition): Condition;
} = {
  missing: { is: "missing" },
  depsUpdated: { is: "depsUpdated" },
  eager: { is: "or", of: [{ is: "missing" }, { is: "depsUpdated" }, { is: "codeChanged" }] },
  cron: (cron, timezone = "UTC") => ({ is: "cron", cron, timezone }),
  and: (...of) => ({ is: "and", of }),
  or: (...of) => ({ is: "or", of }),
  not: (of) => ({ is: "not", of }),
};
