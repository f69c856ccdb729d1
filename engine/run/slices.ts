/**
 * Several slices of one upstream, read when they are asked for.
 *
 * @module
 */
import type { Slices } from "../declare/deps.ts";
import { keyText, type PartitionKey } from "../declare/partitions.ts";

/** Reads slices one at a time, so that a month of days never has to fit into memory. */
export function slices(
  keys: readonly PartitionKey[],
  read: (key: PartitionKey) => Promise<unknown>,
): Slices<PartitionKey, unknown> {
  const known = new Set(keys.map(keyText));
  return {
    keys,
    get(key) {
      return known.has(keyText(key)) ? read(key) : Promise.reject(
        new RangeError(`Cannot read slice: "${keyText(key)}" is not among the keys`),
      );
    },
    async *[Symbol.asyncIterator]() {
      for (const key of keys) yield [key, await read(key)] as const;
    },
  };
}
