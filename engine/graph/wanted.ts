/**
 * Which slices of an upstream a slice is computed from.
 *
 * @module
 */
import type { Dep } from "../declare/deps.ts";
import { keyText, type PartitionKey, type Partitions } from "../declare/partitions.ts";
import { upstreamOf } from "./order.ts";

/**
 * What a dep asks for. `order` loads nothing; `one` is a plain value; `many` arrives as slices; `newest` is the last of
 * `keys` that is materialized.
 */
export interface Wanted {
  /** How it arrives. */
  readonly as: "order" | "one" | "many" | "newest";
  /** Candidate slices of the upstream, oldest first. */
  readonly keys: readonly PartitionKey[];
}

function dimensionOf(down: Partitions, up: Partitions): string {
  const { dimensions } = down as unknown as { dimensions: { [d: string]: Partitions } };
  const found = Object.entries(dimensions).find(([, p]) => p === up);
  if (!found) throw new TypeError(`Cannot map "${up.rule}" into "${down.rule}": no such dimension`);
  return found[0];
}

function notAfter(up: Partitions, down: Partitions, key: PartitionKey, now: Date) {
  const end = down.span(key)?.[1] ?? now;
  return up.keys(end < now ? end : now);
}

function aligned(up: Partitions, down: Partitions, key: PartitionKey, now: Date): Wanted {
  if (up.grain === "none") return { as: "one", keys: [undefined] };
  if (down.grain === "none") return { as: "many", keys: up.keys(now) };
  if (down.grain === "cross" && up.grain !== "cross") {
    return { as: "one", keys: [(key as { [d: string]: string })[dimensionOf(down, up)]] };
  }
  const mine = down.span(key);
  if (!mine || up.grain === down.grain) return { as: "one", keys: [key] };
  const inside = up.keys(mine[1]).filter((k) => up.span(k)![0] >= mine[0]);
  if (inside.length) return { as: "many", keys: inside };
  const around = up.newest(new Date(mine[0].getTime() + coarsest(up, mine[0])));
  return { as: "one", keys: [around] };
}

/** Milliseconds from `at` to the end of the slice of `up` that `at` lies in. */
function coarsest(up: Partitions, at: Date): number {
  for (const hours of [1, 2, 3, 4, 6, 8, 12, 24, 24 * 31, 24 * 62]) {
    const key = up.newest(new Date(at.getTime() + hours * 3_600_000));
    const span = key === undefined ? undefined : up.span(key);
    if (span && span[0] <= at && span[1] > at) return span[1].getTime() - at.getTime();
  }
  throw new RangeError(`Cannot map ${at.toISOString()} into "${up.rule}": no slice covers it`);
}

/** The slices of the upstream of `dep` that `key`, a slice under the rule `down`, is computed from. */
export function wanted(dep: Dep, down: Partitions, key: PartitionKey, now: Date): Wanted {
  const up = upstreamOf(dep).partitions;
  if (!("mode" in dep)) return aligned(up, down, key, now);
  if (dep.mode === "all") return { as: "many", keys: up.keys(now) };
  if (dep.mode === "latest") return { as: "one", keys: up.keys(now).slice(-1) };
  if (dep.mode === "newest") return { as: "newest", keys: notAfter(up, down, key, now) };
  if (dep.mode === "window") {
    const keys = notAfter(up, down, key, now);
    const at = keys.findIndex((k) => keyText(k) === keyText(key));
    return { as: "many", keys: keys.slice(Math.max(0, at + 1 - dep.size!), at + 1) };
  }
  return { as: "order", keys: orderKeys(up, down, key) };
}

/** Order only: the same slice where both are cut alike, else the newest that ended by then. */
function orderKeys(up: Partitions, down: Partitions, key: PartitionKey): readonly PartitionKey[] {
  if (up.grain === "none") return [undefined];
  if (up.rule === down.rule || up.grain === down.grain) return [key];
  const end = down.span(key)?.[1];
  const at = end && up.newest(end);
  return at === undefined ? [] : [at];
}
