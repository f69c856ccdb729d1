/**
 * Sets of numbers in motion: sorted disjoint ranges, flat as `[from, to, from, to, …]`, `to` excluded.
 *
 * @module
 */

/** Ranges as they are read. */
export type Ranges = readonly number[];

/** Adds [`from`, `to`) in place. O(1) at the end, else O(ranges). */
export function add(ranges: number[], from: number, to: number): void {
  if (from >= to) return;
  const last = ranges.length - 2;
  if (last < 0 || from > ranges[last + 1]!) {
    ranges.push(from, to);
  } else if (from >= ranges[last]!) {
    if (to > ranges[last + 1]!) ranges[last + 1] = to;
  } else merge(ranges, from, to);
}

function merge(ranges: number[], from: number, to: number): void {
  let first = 0;
  while (first < ranges.length && ranges[first + 1]! < from) first += 2;
  let end = first;
  while (end < ranges.length && ranges[end]! <= to) {
    from = Math.min(from, ranges[end]!);
    to = Math.max(to, ranges[end + 1]!);
    end += 2;
  }
  ranges.splice(first, end - first, from, to);
}
