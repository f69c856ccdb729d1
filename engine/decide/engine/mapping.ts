/**
 * Which slices of an upstream a slice reads, as arithmetic on their places: exactly one range, unless the rule is custom.
 *
 * @module
 */
import type { Ranges } from "./ranges.ts";

/** A rule of which only its functions are known. */
export interface CustomMapping {
  /** As what it is. */
  readonly kind: "custom";
  /** What it does, as text: another text is another rule. */
  readonly rule: string;
  /** Whether only the newest of those that are there is read. */
  readonly newest: boolean;
  /** The slices that slice `p` reads, as ranges. */
  up(p: number): Ranges;
  /** The slices that read slice `q`, as ranges. */
  down(q: number): Ranges;
}

/** A rule that reads one range, which arithmetic gives. */
export type PlainMapping = Exclude<Mapping, CustomMapping>;

/** A rule from slices to the slices of an upstream that they read. */
export type Mapping =
  | CustomMapping
  /** The slice of the same place; every slice; the last slice. */
  | { readonly kind: "same" | "all" | "last" }
  /** Those from `from` to `to` places later, both included; earlier where negative. */
  | { readonly kind: "shift"; readonly from: number; readonly to: number }
  /** A day reads its `by` hours. */
  | { readonly kind: "fan"; readonly by: number }
  /** An hour reads its day; a cross reads its major dimension. */
  | { readonly kind: "part"; readonly by: number }
  /** A cross reads its minor dimension, which has `by` slices. */
  | { readonly kind: "mod"; readonly by: number }
  /** Slice `p` reads from `at[p]` up to `at[p + 1]`: calendars. */
  | { readonly kind: "table"; readonly at: readonly number[] }
  /** The newest slice that is there among those before `upTo[p]`; `upTo` never falls. */
  | { readonly kind: "newest"; readonly upTo: readonly number[] }
  /** Slice `p` reads from `from[p]` up to `to[p]`; neither falls. */
  | { readonly kind: "spans"; readonly from: readonly number[]; readonly to: readonly number[] };

const clip = (x: number, count: number) => (x < 0 ? 0 : x > count ? count : x);

/** The first slice that slice `p` reads of an upstream of `count` slices. */
export function readsFrom(mapping: PlainMapping, p: number, count: number): number {
  switch (mapping.kind) {
    case "same":
      return clip(p, count);
    case "all":
    case "newest":
      return 0;
    case "last":
      return count > 0 ? count - 1 : 0;
    case "shift":
      return clip(p + mapping.from, count);
    case "fan":
      return clip(p * mapping.by, count);
    case "part":
      return clip(Math.floor(p / mapping.by), count);
    case "mod":
      return clip(p % mapping.by, count);
    case "table":
      return clip(mapping.at[p] ?? count, count);
    case "spans":
      return clip(mapping.from[p] ?? count, count);
  }
}

/** One after the last slice that slice `p` reads of an upstream of `count` slices. */
export function readsTo(mapping: PlainMapping, p: number, count: number): number {
  switch (mapping.kind) {
    case "same":
      return clip(p + 1, count);
    case "all":
    case "last":
      return count;
    case "shift":
      return clip(p + mapping.to + 1, count);
    case "fan":
      return clip((p + 1) * mapping.by, count);
    case "part":
      return clip(Math.floor(p / mapping.by) + 1, count);
    case "mod":
      return clip((p % mapping.by) + 1, count);
    case "table":
      return clip(mapping.at[p + 1] ?? count, count);
    case "newest":
      return clip(mapping.upTo[p] ?? count, count);
    case "spans":
      return clip(mapping.to[p] ?? count, count);
  }
}

/** Two edges of a change and how many slices either side has. */
export interface Change {
  /** First upstream slice that changed. */
  readonly from: number;
  /** One after the last. */
  readonly to: number;
  /** Slices of the upstream. */
  readonly upstream: number;
  /** Slices of the reader. */
  readonly readers: number;
}

/** Calls `out` with ranges of slices that hold every reader of the slices that changed; a few more for tables. */
export function readers(
  mapping: Mapping,
  { from, to, upstream, readers }: Change,
  out: (from: number, to: number) => void,
): void {
  const emit = (a: number, b: number) => {
    const [first, end] = [clip(a, readers), clip(b, readers)];
    if (first < end) out(first, end);
  };
  switch (mapping.kind) {
    case "same":
      return emit(from, to);
    case "all":
      return emit(0, readers);
    case "last":
      return to >= upstream ? emit(0, readers) : undefined;
    case "shift":
      return emit(from - mapping.to, to - mapping.from);
    case "fan":
      return emit(Math.floor(from / mapping.by), Math.ceil(to / mapping.by));
    case "part":
      return emit(from * mapping.by, to * mapping.by);
    case "mod":
      for (let b = 0; b < readers; b += mapping.by) emit(b + from, b + Math.min(to, mapping.by));
      return;
    case "table":
      return emit(upToPlace(mapping.at, from) - 1, upToPlace(mapping.at, to - 1));
    case "newest":
      return emit(upToPlace(mapping.upTo, from), readers);
    case "spans":
      return emit(upToPlace(mapping.to, from), upToPlace(mapping.from, to - 1));
    case "custom":
      for (let q = from; q < to; q++) {
        const found = mapping.down(q);
        for (let r = 0; r < found.length; r += 2) emit(found[r]!, found[r + 1]!);
      }
  }
}

/** How many of `sorted` are not above `value`; what is beyond the table counts as above. */
function upToPlace(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
