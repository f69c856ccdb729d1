/**
 * Values that are made only if somebody asks for them.
 *
 * @module
 */

/** A value that is made when it is asked for. */
export class Lazy<T> {
  /** Makes the value. */
  readonly make: () => T | Promise<T>;

  /** {@linkcode lazy} */
  constructor(make: () => T | Promise<T>) {
    this.make = make;
  }
}

/** What a value is once it is made. */
export type Made<V> = V extends Lazy<infer T> ? T : V;

/**
 * An output of `multiAsset()` that is computed only in runs that ask for it; what all outputs share is computed before,
 * once. One that throws fails its own step and no other.
 *
 * @example Only what is asked for
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lazy, materialize, multiAsset } from "engine";
 *
 * const made: string[] = [];
 * const { small, large } = multiAsset({
 *   name: "models",
 *   outputs: ["small", "large"],
 *   materialize() {
 *     const rows = [1, 2, 3];
 *     const train = (size: string) => lazy(() => (made.push(size), rows.length));
 *     return { small: train("small"), large: train("large") };
 *   },
 * });
 * assertEquals((await materialize(small)).value, 3);
 * assertEquals(made, ["small"]);
 * assertEquals(large.family, ["small", "large"]);
 * ```
 */
export const lazy = <T>(make: () => T | Promise<T>): Lazy<T> => new Lazy(make);
