/**
 * Slices that are added and removed while the system runs: one for each customer, each sensor, each file.
 *
 * @module
 */
import { listed, noOrdinal, type Partitions, timeless } from "./rule.ts";
import { lastNotAbove } from "./windows.ts";

/** A key of a dynamic rule, as it is remembered. Its place among the keys is its ordinal. */
export interface DynamicKey {
  /** The key. */
  readonly key: string;
  /** When it was first added; keys that follow are not older. */
  readonly addedAt: Date;
  /** Whether it was taken away. It keeps its ordinal, and gets it back when it is added again. */
  readonly removed: boolean;
}

/** The rule of slices that are added and removed while the system runs. */
export interface Dynamic<Set extends string = string> extends Partitions<string, "dynamic"> {
  /** Whose keys: assets that name the same set share them. */
  readonly set: Set;
  /** Tells the rule what the ledger remembers: all keys, in the order in which they were added. */
  load(keys: readonly DynamicKey[]): void;
}

const NAME = /^[a-z][a-z0-9_]*(\/[a-z][a-z0-9_]*)*$/;

/** The rule of one named set. It has no slices until it is told of them. */
export function dynamic<const Set extends string>(set: Set): Dynamic<Set> {
  if (!NAME.test(set)) {
    throw new RangeError(`Cannot name dynamic partitions "${set}": a name is like "customers"`);
  }
  const rule = `dynamic "${set}"`;
  let known: readonly DynamicKey[] = [];
  let places = new Map<string, number>();
  let added: readonly number[] = [];
  const base = {
    count: (now: Date) => lastNotAbove(added, now.getTime()) + 1,
    keyAt(index: number) {
      const found = known[index];
      if (!found) throw noOrdinal(rule, index);
      return found.key;
    },
    removed: (index: number) => known[index]?.removed ?? false,
  };
  return {
    grain: "dynamic",
    rule,
    cut: rule,
    set,
    ...timeless,
    ...base,
    ...listed(base),
    born: (index) => added[index] ?? Infinity,
    indexOf: (key) => places.get(key) ?? -1,
    parse(text) {
      const found = known[places.get(text) ?? -1];
      if (found && !found.removed) return text;
      throw new RangeError(
        `Cannot read partition: "${text}" ${found ? "was removed from" : "is none of"} the keys ` +
          `of "${set}", add it first`,
      );
    },
    load(keys) {
      const wrong = keys.findIndex((k, i) => i > 0 && k.addedAt < keys[i - 1]!.addedAt);
      if (wrong >= 0) {
        throw new RangeError(
          `Cannot load keys of "${set}": "${keys[wrong]!.key}" was added before the one before it`,
        );
      }
      known = keys;
      places = new Map(keys.map((k, i) => [k.key, i]));
      added = keys.map((k) => k.addedAt.getTime());
    },
  };
}
