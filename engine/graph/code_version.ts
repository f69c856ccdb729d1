/**
 * Which code a process has, in one word.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { canonicalJson, fingerprint } from "./fingerprint.ts";
import type { Definitions } from "./define.ts";

const known = new WeakMap<object, string>();

/**
 * The version of the code behind definitions: equal if every asset computes the same from the same, by the same checks,
 * and is cut the same. It is what workers announce and runs are planned with. {@linkcode useCodeFingerprints} comes
 * before it.
 *
 * @example
 * ```ts
 * import { assertEquals, assertNotEquals } from "@std/assert";
 * import { asset, codeVersion, define } from "engine";
 *
 * const one = (text: string) => define({ a: asset({ name: "a", description: text, materialize: () => 1 }) });
 * const other = define({ a: asset({ name: "a", materialize: () => 2 }) });
 * assertEquals(codeVersion(one("said so")), codeVersion(one("said otherwise")));
 * assertNotEquals(codeVersion(one("")), codeVersion(other));
 * ```
 */
export function codeVersion(definitions: Pick<Definitions, "assets" | "checksOf">): string {
  const before = known.get(definitions);
  if (before !== undefined) return before;
  const parts = definitions.assets.map((a) => {
    const { code, config } = fingerprint(a);
    const checks = definitions.checksOf(a).map((c) => [c.name, c.run.toString()]);
    return [a.name, code, config, a.partitions.rule, checks];
  });
  const made = createHash("sha256").update(canonicalJson(parts)).digest("hex").slice(0, 12);
  known.set(definitions, made);
  return made;
}
