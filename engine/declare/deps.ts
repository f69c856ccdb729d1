/**
 * What an asset may ask of the assets above it, and the type in which the answer arrives.
 *
 * @module
 */
import type { Asset } from "./asset.ts";
import type { Cross, Grain, KeyOf, Partitions, Unpartitioned } from "./partitions.ts";

/** Several slices of one upstream, read one at a time so that a month of days never has to fit into memory. */
export interface Slices<Key, Value> extends AsyncIterable<readonly [Key, Value]> {
  /** The keys, oldest first. */
  readonly keys: readonly Key[];
  /** Reads one slice. @throws {RangeError} If `key` is not among `keys`. */
  get(key: Key): Promise<Value>;
}

/** How {@linkcode Mapped} picks slices. */
export type Mode = "all" | "latest" | "newest" | "window" | "after";
/** An upstream with an explicit rule for which of its slices are wanted. */
export interface Mapped<A extends Asset = Asset, M extends Mode = Mode> {
  /** The upstream. */
  readonly asset: A;
  /** The rule. */
  readonly mode: M;
  /** Number of slices, for `window`. */
  readonly size?: number;
}
/** One entry of `deps`. */
export type Dep = Asset | Mapped;
/** Upstreams by the name under which `materialize` receives them. */
export type Deps = { readonly [input: string]: Dep };

/** Every slice that exists. */
export const all = <A extends Asset>(asset: A): Mapped<A, "all"> => ({ asset, mode: "all" });
/** The newest slice, whatever slice is being computed. */
export const latest = <A extends Asset>(asset: A): Mapped<A, "latest"> => ({
  asset,
  mode: "latest",
});
/**
 * The newest slice that is materialized and does not end after the slice that is being computed: a past day never sees
 * a later model. Both must be cut by time.
 */
export const newest = <A extends Asset>(asset: A): Mapped<A, "newest"> => ({
  asset,
  mode: "newest",
});
/** The slice that is being computed and the `size - 1` before it. */
export const lookback = <A extends Asset>(asset: A, size: number): Mapped<A, "window"> => ({
  asset,
  mode: "window",
  size,
});
/** Order only: run after it, do not load it. */
export const after = <A extends Asset>(asset: A): Mapped<A, "after"> => ({ asset, mode: "after" });

/** The value an asset produces. */
export type OutOf<A> = A extends { run(...args: never): Promise<infer Out> } ? Out : never;
/** The rule an asset is partitioned by. */
export type PartitionsOf<A> = A extends { readonly partitions: infer P } ? P : never;

/** Time grains and those that are coarser. */
export interface Coarser {
  /** Of an hour. */
  hour: "hours" | "day" | "month";
  /** Of some hours. */
  hours: "day" | "month";
  /** Of a day. */
  day: "month";
  /** Of a month. */
  month: never;
}
/** Marks a pair of partitionings without a natural mapping; the text is what the compiler shows. */
export interface Mismatch<Text extends string> {
  /** What to do. */
  readonly mismatch: Text;
}
/** Whether two types are each other. */
export type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
/** What the rule `P` cuts by. */
export type GrainOf<P> = P extends Partitions<infer _, infer G extends Grain> ? G : never;
/** The slices of an upstream. */
export type Slice<Out, Up> = Slices<KeyOf<Up>, Out>;

/** How a value made under the rule `Up` arrives under the rule `Down`. */
export type Aligned<Out, Up extends Partitions, Down extends Partitions> =
  // One piece above: everyone below gets it.
  Up extends Unpartitioned ? Out
    // Equal rules: slice for slice.
    : Same<[KeyOf<Up>, GrainOf<Up>], [KeyOf<Down>, GrainOf<Down>]> extends true ? Out
    // One piece below: all slices, read lazily.
    : Down extends Unpartitioned ? Slice<Out, Up>
    // A dimension of a cross: the part of the key that fits.
    : Down extends Cross<infer D> ? (Up extends D[keyof D] ? Out : Mismatch<NoMapping<Up, Down>>)
    // Time into coarser time: the slices inside it. Into finer time: the slice around it.
    : GrainOf<Up> extends keyof Coarser
      ? GrainOf<Down> extends Coarser[GrainOf<Up>] ? Slice<Out, Up>
      : GrainOf<Down> extends keyof Coarser
        ? (GrainOf<Up> extends Coarser[GrainOf<Down>] ? Out : Mismatch<NoMapping<Up, Down>>)
      : Mismatch<NoMapping<Up, Down>>
    // A list into a shorter list.
    : [KeyOf<Down>] extends [KeyOf<Up>] ? Out
    : Mismatch<NoMapping<Up, Down>>;

/** The sentence that the compiler shows. */
export type NoMapping<Up, Down> = `no mapping from '${GrainOf<Up>}' to '${GrainOf<
  Down
>}' partitions: wrap the upstream in all(), latest() or after()`;

/** The type in which `materialize` receives the dep `D` when it computes a slice under the rule `P`. */
export type InputOf<D, P extends Partitions> = D extends Mapped<infer A, infer M>
  ? M extends "after" ? undefined
  : M extends "latest" | "newest" ? OutOf<A>
  : Slices<KeyOf<PartitionsOf<A>>, OutOf<A>>
  : D extends Asset<string, infer Out, infer Up> ? Aligned<Out, Up, P>
  : never;

/** The first argument of `materialize`. */
export type Inputs<D, P extends Partitions> = { readonly [K in keyof D]: InputOf<D[K], P> };

/** `D` itself where every entry has a mapping; a sentence that says what to do in place of each entry that has none. */
export type Checked<D, P extends Partitions> = {
  readonly [K in keyof D]: InputOf<D[K], P> extends Mismatch<infer Text> ? Text : D[K];
};
