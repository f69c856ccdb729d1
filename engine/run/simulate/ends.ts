/**
 * When slices end that conditions may ask for.
 *
 * @module
 */
import { keyText, type Partitions } from "../../declare/partitions.ts";
import type { Definitions } from "../../graph/define.ts";

const MINUTE = 60_000;

/** The first instant after `now` at which a slice of an asset with a condition ends; Infinity if none does up to `until`. */
export type NextEnd = (now: number, until: number) => number;

/** Looks at each way of cutting once. */
export function endsOf({ assets }: Definitions): NextEnd {
  const rules = new Set(assets.filter((a) => a.when).map((a) => a.partitions));
  const cut = [...rules].filter((r) => r.grain !== "none");
  const known = new Map<Partitions, number>();
  return (now, until) => {
    const ends = cut.map((rule) => {
      const before = known.get(rule);
      if (before !== undefined && before > now) return before;
      const found = nextEnd(rule, now, until);
      known.set(rule, found);
      return found;
    });
    return Math.min(Infinity, ...ends);
  };
}

/** The first full minute after `now` at which a newer slice has ended: by doubling, then by halving. */
function nextEnd(rule: Partitions, now: number, until: number): number {
  const newest = (at: number) => {
    const key = rule.newest(new Date(at));
    return key === undefined ? undefined : keyText(key);
  };
  const first = (Math.floor(now / MINUTE) + 1) * MINUTE;
  const standing = newest(now);
  let span = MINUTE;
  while (first + span < until && newest(first + span) === standing) span *= 2;
  let [low, high] = [first, Math.min(first + span, until)];
  if (newest(high) === standing) return Infinity;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE) * MINUTE;
    if (newest(middle) === standing) low = middle + MINUTE;
    else high = middle;
  }
  return high;
}
