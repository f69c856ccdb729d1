/**
 * What a slice read as one number, so that a change that was undone is told from one that was not.
 *
 * Sequences alone say "an input changed after it was read"; of an input that is `a`, then `b`, then `a` again that is not
 * what makes its readers stale, and of an input that was taken away they say nothing.
 *
 * @module
 */
import { inputsOf } from "./inputs.ts";
import type { ReadInline } from "./fact.ts";
import type { World } from "./world.ts";

const LIMIT = 2 ** 52;

/** To have read nothing. It is not 0, which is not to know what was read. */
export const READ_NOTHING = 1;

/** One version that was read. */
export interface ReadVersion {
  /** Place of the dep among those of the reader. */
  readonly dep: number;
  /** Name of the upstream as a number, see `hash53`. */
  readonly upstream: number;
  /** Place of the slice; -1 if there is none of that key any more. */
  readonly slice: number;
  /** Data version as a number. */
  readonly version: number;
}

/** A version that was read as a number below 2^52. */
export function readItem({ dep, upstream, slice, version }: ReadVersion): number {
  const name = upstream + dep;
  let a = Math.imul(name ^ Math.imul(slice + 1, 0x9e3779b1), 2654435761);
  let b = Math.imul((name / 4294967296) ^ version, 1597334677);
  a ^= Math.imul(version / 4294967296, 2246822507) ^ (b >>> 15);
  b ^= Math.imul(a ^ (a >>> 16), 3266489909) + Math.imul(slice, 668265263);
  a = Math.imul(a ^ (b >>> 13), 2246822519);
  return 4294967296 * (1048575 & (a ^ (a >>> 12))) + (b >>> 0);
}

/** Two readings together, in any order. */
export const readBoth = (a: number, b: number): number => a + b < LIMIT ? a + b : a + b - LIMIT;

/** What a slice would read now: every visible slice among its inputs. O(inputs). */
export function readingNow(w: World, asset: number, slice: number): number {
  const { edges, columns, names } = w;
  let reading = READ_NOTHING;
  for (let edge = edges.upAt[asset]!; edge < edges.upAt[asset + 1]!; edge++) {
    if (edges.orderOnly[edge] === 1) continue;
    const up = edges.up[edge]!;
    const dep = edge - edges.upAt[asset]!;
    const first = columns.at[up]!;
    const read = inputsOf(w, edge, slice, false);
    for (let r = 0; r < read.length; r += 2) {
      for (let q = read[r]!; q < read[r + 1]!; q++) {
        if (columns.changed[first + q] === 0) continue;
        const version = columns.version[first + q]!;
        reading = readBoth(reading, readItem({ dep, upstream: names[up]!, slice: q, version }));
      }
    }
  }
  return reading;
}

/** Whether what a slice read, if that is known, is not what it would read now. */
export function isOtherReading(w: World, asset: number, slice: number): boolean {
  let read = w.columns.read[w.columns.at[asset]! + slice]!;
  for (const inline of w.inline.get(asset)?.get(slice) ?? []) {
    if (isReadNow(w, [asset, slice], inline)) read = readBoth(read, inline.item);
  }
  return readingNow(w, asset, slice) !== read;
}

/** Whether a slice that was looked at for another alone is published by now and would be read. */
function isReadNow(
  w: World,
  [asset, slice]: readonly [number, number],
  { dep, slice: q }: ReadInline,
): boolean {
  const { edges, columns } = w;
  const edge = edges.upAt[asset]! + dep;
  if (edge >= edges.upAt[asset + 1]!) return false;
  const isRead = inputsOf(w, edge, slice, false).some((from, r, read) =>
    r % 2 === 0 && from <= q && q < read[r + 1]!
  );
  return isRead && columns.changed[columns.at[edges.up[edge]!]! + q] !== 0;
}
