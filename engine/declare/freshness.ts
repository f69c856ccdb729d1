/**
 * Promises about age.
 *
 * @module
 */
import { type Duration, milliseconds, positive } from "./duration.ts";

/** A promise about age, watched by the engine and alerted on. */
export interface Freshness {
  /** Age in milliseconds above which the asset counts as late. */
  readonly maxAge: number;
  /** Age in milliseconds above which it is shown as a warning. */
  readonly warnAge: number;
}

/**
 * Declares how old an asset may get, counted from its last success. `warn` defaults to 80 % of `within`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { freshness } from "engine";
 *
 * assertEquals(freshness({ within: "10h" }), { maxAge: 36_000_000, warnAge: 28_800_000 });
 * ```
 *
 * @throws {RangeError} If it would warn after it is late.
 */
export function freshness(o: { readonly within: Duration; readonly warn?: Duration }): Freshness {
  const maxAge = positive(o.within, "freshness");
  const warnAge = o.warn ? milliseconds(o.warn) : maxAge * 0.8;
  if (warnAge <= maxAge) return { maxAge, warnAge };
  throw new RangeError(
    `Cannot declare freshness: the warning at "${o.warn}" comes after the asset is late at "${o.within}"`,
  );
}
