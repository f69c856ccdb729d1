/**
 * A fixed list of slices.
 *
 * @module
 */
import { listed, noOrdinal, type Partitions, timeless } from "./rule.ts";

/** A fixed list; ordinals are places in it. @throws {RangeError} If a key is given twice, or holds a `|`. */
export function setOf<const K extends string>(keys: readonly K[]): Partitions<K, "set"> {
  const places = new Map<string, number>(keys.map((k, i) => [k, i]));
  const wrong = keys.find((k, i) => places.get(k) !== i || k === "" || k.includes("|"));
  if (wrong !== undefined) {
    throw new RangeError(
      `Cannot partition by a list: "${wrong}" is given twice, is empty or holds "|"; ` +
        `keys are like "eu", "us"`,
    );
  }
  const base = {
    count: () => keys.length,
    keyAt(index: number) {
      const key = keys[index];
      if (key === undefined) throw noOrdinal(`one of ${keys.join(", ")}`, index);
      return key;
    },
    born: () => -Infinity,
    removed: () => false,
  };
  return {
    grain: "set",
    cut: "a list",
    ...timeless,
    rule: `one of ${keys.join(", ")}`,
    ...base,
    ...listed(base),
    indexOf: (key) => places.get(key) ?? -1,
    parse(text) {
      const found = places.get(text);
      if (found === undefined) {
        throw new RangeError(`Cannot read partition: "${text}" is none of ${keys.join(", ")}`);
      }
      return keys[found]!;
    },
  };
}
