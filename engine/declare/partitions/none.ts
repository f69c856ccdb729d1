/**
 * The rule of what is not cut.
 *
 * @module
 */
import { noOrdinal, timeless, type Unpartitioned } from "./rule.ts";

/** One piece, whose ordinal is 0. */
export const none: Unpartitioned = {
  grain: "none",
  rule: "one piece",
  cut: "one piece",
  ...timeless,
  count: () => 1,
  indexOf: () => 0,
  keyAt(index) {
    if (index !== 0) throw noOrdinal("one piece", index);
    return undefined;
  },
  born: () => -Infinity,
  removed: () => false,
  keys: () => [undefined],
  newest: () => undefined,
  parse(text) {
    if (text === "") return undefined;
    throw new RangeError(`Cannot read partition: "${text}" is given, but the asset is one piece`);
  },
};
