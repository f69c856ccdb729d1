/**
 * Which slices of an upstream a slice reads, and which slices read one: arithmetic on ordinals, both ways.
 *
 * @module
 */
import type { Dep, Mapped, SliceTable } from "../declare/deps.ts";
import type { Partitions } from "../declare/partitions.ts";
import { alongDimension, byNames, fittingDimensions, inDimension } from "./cross_mapping.ts";
import {
  before,
  type Both,
  byTable,
  candidates,
  fixed,
  isAlike,
  isCross,
  isTime,
  last,
  type Natural,
  natural,
  overlap,
  shifted,
  timesOf,
  whole,
  window,
} from "./mapping_parts.ts";
import { upstreamOf } from "./order.ts";

export type { Both, Natural, OrdinalRanges } from "./mapping_parts.ts";

/** A dep between two rules as arithmetic; for `up` one range comes out, but for tables and crosses. */
export interface Mapping extends Both {
  /**
   * How it arrives. `order` loads nothing; `one` is a plain value; `maybe` the same, or undefined where the rule has no
   * such slice; `many` arrives as slices; `newest` is the last of those read that is materialized.
   */
  readonly as: "order" | "one" | "maybe" | "many" | "newest";
}

/** What a plain dep reads; undefined if it has to say more. */
export function alignedMapping(up: Partitions, down: Partitions): Natural | undefined {
  if (up.grain === "none") return { as: "one", both: whole(up, down) };
  if (down.grain === "none") return { as: "many", both: whole(up, down) };
  if (isAlike(up, down)) return { as: "one", both: shifted(up, down, 0) };
  if (isCross(up) && isCross(down)) return byNames(up, down);
  if (!isCross(up) && !isCross(down)) return natural(up, down);
  const [name, ...others] = fittingDimensions(up, down);
  return name === undefined || others.length ? undefined : inDimension(up, down, name);
}

function mappedOr(found: Natural | undefined, up: Partitions, down: Partitions): Mapping {
  if (found) return { as: found.as, ...found.both };
  throw new RangeError(
    `Cannot map "${up.rule}" to "${down.rule}": define() tells which mappings there are`,
  );
}

/** What has to be there first. Rules that have nothing to do with each other wait for all that exists. */
function ordered(up: Partitions, down: Partitions): Both {
  if (isAlike(up, down)) return shifted(up, down, 0);
  if (isTime(up) && isTime(down)) return before(up, down);
  return alignedMapping(up, down)?.both ?? whole(up, down);
}

/** Some places from the same slice, along the dimension that is named or is the only one of time. */
function moved(
  dep: Mapped,
  down: Partitions,
  move: (up: Partitions, down: Partitions) => Both,
): Both {
  const up = upstreamOf(dep).partitions;
  if (!isCross(up) || !isCross(down)) return move(up, down);
  const name = dep.along ?? timesOf(down)[0];
  return name === undefined ? move(up, down) : alongDimension(up, down, name, move);
}

/**
 * A dep of an asset that is cut by `down`, as arithmetic. What {@linkcode mappingProblem} has nothing to say about.
 *
 * @example A day reads its 24 hours, an hour is read by its day
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { asset, mappingOf, partitions } from "engine";
 *
 * const hourly = partitions.hourly({ start: "2024-01-01T00" });
 * const daily = partitions.daily({ start: "2024-01-01" });
 * const hours = asset({ name: "hours", partitions: hourly, materialize: () => 1 });
 * const mapping = mappingOf(hours, daily);
 * const now = new Date("2024-02-01T00:00:00Z");
 * assertEquals(mapping.up(2, now), [48, 72]);
 * assertEquals(mapping.down(50, now), [2, 3]);
 * ```
 */
export function mappingOf(dep: Dep, down: Partitions): Mapping {
  const byRule = known.get(dep) ?? new WeakMap<Partitions, Mapping>();
  known.set(dep, byRule);
  const before = byRule.get(down);
  if (before) return before;
  const made = newMapping(dep, down);
  byRule.set(down, made);
  return made;
}

const known = new WeakMap<Dep, WeakMap<Partitions, Mapping>>();

function newMapping(dep: Dep, down: Partitions): Mapping {
  const up = upstreamOf(dep).partitions;
  if (!("mode" in dep)) return mappedOr(alignedMapping(up, down), up, down);
  switch (dep.mode) {
    case "all":
      return { as: "many", ...whole(up, down) };
    case "latest":
      return { as: "one", ...last(up, down) };
    case "newest":
      return { as: "newest", ...candidates(up, down) };
    case "window":
      return { as: "many", ...moved(dep, down, (u, d) => window(u, d, dep.size ?? 1)) };
    case "offset":
      return { as: "maybe", ...moved(dep, down, (u, d) => shifted(u, d, dep.detail as number)) };
    case "previous":
      return { as: "maybe", ...moved(dep, down, (u, d) => shifted(u, d, -1)) };
    case "only":
      return { as: "one", ...fixed(up, down, dep.detail as string) };
    case "map":
      return { as: "many", ...byTable(up, down, dep.detail as SliceTable) };
    case "dimension":
      return mappedOr(inDimension(up, down, dep.detail as string), up, down);
    case "overlap":
      return { as: "many", ...overlap(up, down) };
    case "after":
      return { as: "order", ...ordered(up, down) };
  }
}
