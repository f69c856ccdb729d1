/**
 * What was probably meant.
 *
 * @module
 */

/** Nobody mistypes a name of more characters; to compare a whole request with every asset would hold the server. */
const LONGEST = 200;

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + same));
    }
    row = next;
  }
  return row[b.length]!;
}

/**
 * The known name nearest to a mistyped one, or undefined if none is near. A path without its group counts as near:
 * `activty` finds `features/activity`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { nearest } from "engine";
 *
 * assertEquals(nearest("activty", ["features/activity", "models/mood"]), "features/activity");
 * assertEquals(nearest("xyz", ["features/activity"]), undefined);
 * ```
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > LONGEST) return undefined;
  let best: string | undefined;
  let least = Math.max(2, Math.ceil(name.length / 3)) + 1;
  for (const k of known) {
    const d = Math.min(distance(name, k), distance(name, k.split("/").at(-1)!) + 0.5);
    if (d < least) [best, least] = [k, d];
  }
  return best;
}
