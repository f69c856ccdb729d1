/**
 * Spans of time in a row, numbered from 0: the arithmetic under every rule of time.
 *
 * @module
 */

/** Spans of time in a row. All instants are milliseconds since 1970, UTC. */
export interface Windows {
  /** How many there will ever be; `Infinity` without an end. */
  readonly size: number;
  /** Where a window starts. */
  start(index: number): number;
  /** Where it ends; later than its start, not later than the next start. */
  end(index: number): number;
  /** The last window that starts at or before an instant; -1 before the first. */
  at(instant: number): number;
}

/** How many windows have ended at an instant. */
export function ended(windows: Windows, instant: number): number {
  const at = Math.min(windows.at(instant), windows.size - 1);
  return at >= 0 && windows.end(at) > instant ? at : at + 1;
}

/** Windows that start before an instant. */
export function until(windows: Windows, last: number): Windows {
  const size = Math.min(windows.size, windows.at(last - 1) + 1);
  return { ...windows, size, at: (instant) => Math.min(windows.at(instant), size - 1) };
}

/** Index of the last of sorted numbers that is not above `x`; -1 if all are. */
export function lastNotAbove(sorted: readonly number[], x: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * Windows that are found one after the other, kept in a table that grows on demand: each is looked for once, and found
 * by bisection from then on. `next` gives the window after the one that started at `start`; undefined ends the row.
 */
export function tabled(
  first: readonly [start: number, end: number] | undefined,
  next: (start: number) => readonly [start: number, end: number] | undefined,
): Windows {
  const starts: number[] = first ? [first[0]] : [];
  const ends: number[] = first ? [first[1]] : [];
  let done = first === undefined;
  const grow = () => {
    const found = next(starts.at(-1)!);
    if (!found) return void (done = true);
    starts.push(found[0]);
    ends.push(found[1]);
  };
  const known = (table: readonly number[], index: number) => {
    while (!done && starts.length <= index) grow();
    return table[index] ?? Infinity;
  };
  return {
    get size() {
      return done ? starts.length : Infinity;
    },
    start: (i) => known(starts, i),
    end: (i) => known(ends, i),
    at(instant) {
      while (!done && starts.at(-1)! <= instant) grow();
      return lastNotAbove(starts, instant);
    },
  };
}
