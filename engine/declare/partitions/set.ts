/**
 * A fixed list of slices.
 *
 * @module
 */
import { listed, noOrdinal, type Partitions, plainKey, timeless } from "./rule.ts";

/** A fixed list; ordinals are places in it. @throws {RangeError} If it is empty, or a key is given twice or is none. */
export function setOf<const K extends string>(keys: readonly K[]): Partitions<K, "set"> {
  if (keys.length === 0) {
    throw new RangeError(
      'Cannot partition by a list: it is empty, keys are like "eu", "us"; for keys that come later ' +
        "there is partitions.dynamic()",
    );
  }
  const places = new Map<string, number>(keys.map((k, i) => [k, i]));
  const twice = keys.find((k, i) => places.get(k) !== i);
  if (twice !== undefined) {
    throw new RangeError(`Cannot partition by a list: "${twice}" is given twice`);
  }
  keys.forEach(plainKey);
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
