/**
 * What an asset may ask of the assets above it, and the type in which the answer arrives.
 *
 * @module
 */
import type { Asset } from "./asset.ts";
import type { Cross, Dynamic, Grain, KeyOf, Partitions, Unpartitioned } from "./partitions.ts";

/** Several slices of one upstream, read one at a time so that a month of days never has to fit into memory. */
export interface Slices<Key, Value> extends AsyncIterable<readonly [Key, Value]> {
  /** The keys, oldest first. */
  readonly keys: readonly Key[];
  /** Reads one slice. @throws {RangeError} If `key` is not among `keys`. */
  get(key: Key): Promise<Value>;
}

/** How {@linkcode Mapped} picks slices. */
export type Mode =
  | "all"
  | "latest"
  | "newest"
  | "window"
  | "offset"
  | "previous"
  | "only"
  | "map"
  | "dimension"
  | "overlap"
  | "after";
/** An upstream with an explicit rule for which of its slices are wanted. */
export interface Mapped<A extends Asset = Asset, M extends Mode = Mode, Detail = unknown> {
  /** The upstream. */
  readonly asset: A;
  /** The rule. */
  readonly mode: M;
  /** Number of slices, for `window`. */
  readonly size?: number;
  /** What else the rule says; part of the fingerprint. */
  readonly detail?: Detail;
  /** The dimension of a cross in which slices are counted. */
  readonly along?: string | undefined;
}
/** One entry of `deps`. */
export type Dep = Asset | Mapped;
/** Upstreams by the name under which `materialize` receives them. */
export type Deps = { readonly [input: string]: Dep };
/** For `mapped()`: the slices of the upstream that each slice is computed from. */
export type SliceTable = { readonly [key: string]: readonly string[] };

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
/**
 * The slice that is being computed and the `size - 1` before it. Both must be cut alike. Of a cross they are counted in
 * its dimension of time; where it has several, `along` says in which.
 */
export const lookback = <A extends Asset>(
  asset: A,
  size: number,
  along?: DimensionOf<A>,
): Mapped<A, "window"> => ({ asset, mode: "window", size, ...(along ? { along } : {}) });
/**
 * The slice so many places later, or earlier if negative; undefined where there is none. Both must be cut alike. `along`
 * as in {@linkcode lookback}.
 */
export const offset = <A extends Asset>(
  asset: A,
  places: number,
  along?: DimensionOf<A>,
): Mapped<A, "offset", number> => ({
  asset,
  mode: "offset",
  detail: places,
  ...(along ? { along } : {}),
});
/** One slice, whatever slice is being computed. */
export const only = <A extends Asset>(
  asset: A,
  key: KeyOf<PartitionsOf<A>> & string,
): Mapped<A, "only", string> => ({ asset, mode: "only", detail: key });
/** The slices that a table names for the slice that is being computed: `{ north: ["se", "no"], south: ["it"] }`. */
export const mapped = <
  A extends Asset,
  const T extends { readonly [key: string]: readonly KeyOf<PartitionsOf<A>>[] },
>(asset: A, table: T): Mapped<A, "map", T> => ({ asset, mode: "map", detail: table });
/**
 * By the named dimension alone. Of an upstream that is no cross the slice that this dimension of the slice being computed
 * says; of a cross all slices that share the coordinate.
 */
export const dimension = <A extends Asset, const D extends string>(
  asset: A,
  name: D,
): Mapped<A, "dimension", D> => ({ asset, mode: "dimension", detail: name });
/** All slices that share time with the slice being computed, by whose clocks ever either is cut. */
export const overlapping = <A extends Asset>(asset: A): Mapped<A, "overlap"> => ({
  asset,
  mode: "overlap",
});
/**
 * What this same asset gave for the slice before; undefined for the first. Its type has to be said, since the asset is
 * not there yet: `previous<number>()`. `along` as in {@linkcode lookback}.
 */
export const previous = <Out>(along?: string): Mapped<Asset<string, Out>, "previous"> => ({
  // Declaring the asset puts it in the place of this one.
  asset: undefined as never,
  mode: "previous",
  ...(along ? { along } : {}),
});
/** Order only: run after it, do not load it. */
export const after = <A extends Asset>(asset: A): Mapped<A, "after"> => ({ asset, mode: "after" });

/** The value an asset produces. */
export type OutOf<A> = A extends { run(...args: never): Promise<infer Out> } ? Out : never;
/** The rule an asset is partitioned by. */
export type PartitionsOf<A> = A extends { readonly partitions: infer P } ? P : never;
/** Names of the dimensions that an asset is crossed by. */
export type DimensionOf<A> = PartitionsOf<A> extends Cross<infer D> ? keyof D & string : never;

/** Time grains and those that are coarser. Windows of a cron may be of any length: they are in no order. */
export interface Coarser {
  /** Of an hour. */
  hour: "hours" | "day" | "week" | "month";
  /** Of some hours. */
  hours: "day" | "week" | "month";
  /** Of a day. */
  day: "week" | "month";
  /** Of a week: those that share a day with the month. */
  week: "month";
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

/** What tells two rules of one grain apart for the compiler: the list, the set of a dynamic rule, the dimensions. */
export type CutOf<P> = [
  KeyOf<P>,
  GrainOf<P>,
  P extends Dynamic<infer Set> ? Set
    : P extends Cross<infer D> ? { readonly [K in keyof D]: CutOf<D[K]> }
    : never,
];
/** Names of the dimensions `D` that are cut as `P` is. */
export type Fitting<D, P> = {
  [K in keyof D]: Same<CutOf<D[K]>, CutOf<P>> extends true ? K : never;
}[keyof D];
/** Names of the dimensions `D` that `Up` can be read in. */
export type ReadIn<D, Up extends Partitions> = {
  [K in keyof D]: D[K] extends Partitions
    ? (Aligned<1, Up, D[K]> extends Mismatch<string> ? never : K)
    : never;
}[keyof D];
/** Names of the dimensions `U` that can be read under the rule `Down`. */
export type ReadFrom<U, Down extends Partitions> = {
  [K in keyof U]: U[K] extends Partitions
    ? (Aligned<1, U[K], Down> extends Mismatch<string> ? never : K)
    : never;
}[keyof U];
/** The first names if there are any, else the second. */
export type Either<First, Second> = [First] extends [never] ? Second : First;
/** Whether a union has more than one member. */
export type Several<T, All = T> = T extends unknown ? ([All] extends [T] ? false : true) : never;

/** How a value made under the rule `Up` arrives under the rule `Down`. */
export type Aligned<Out, Up extends Partitions, Down extends Partitions> =
  // One piece above: everyone below gets it.
  Up extends Unpartitioned ? Out
    // Equal rules: slice for slice.
    : Same<CutOf<Up>, CutOf<Down>> extends true ? Out
    // One piece below: all slices, read lazily.
    : Down extends Unpartitioned ? Slice<Out, Up>
    // Two crosses: the dimensions of the same name.
    : [Up, Down] extends [Cross<infer U>, Cross<infer D>] ? ByName<Out, Up, Down, U, D>
    // A dimension of a cross: the part of the key that fits.
    : Down extends Cross<infer D>
      ? InDimension<Out, Up, Down, D, Either<Fitting<D, Up>, ReadIn<D, Up>>>
    // A cross above: all slices that share the part of its key that fits.
    : Up extends Cross<infer U>
      ? OfDimension<Slice<Out, Up>, Up, Down, Either<Fitting<U, Down>, ReadFrom<U, Down>>>
    // Time into coarser time: the slices inside it. Into finer time: the slice around it.
    : GrainOf<Up> extends keyof Coarser
      ? GrainOf<Down> extends Coarser[GrainOf<Up>] ? Slice<Out, Up>
      : GrainOf<Down> extends keyof Coarser
        ? (GrainOf<Up> extends Coarser[GrainOf<Down>] ? Out : Mismatch<NoMapping<Up, Down>>)
      : Mismatch<NoMapping<Up, Down>>
    // A list into a shorter list.
    : [GrainOf<Up>, GrainOf<Down>] extends ["set", "set"]
      ? [KeyOf<Down>] extends [KeyOf<Up>] ? Out : Mismatch<NoMapping<Up, Down>>
    : Mismatch<NoMapping<Up, Down>>;

/** One dimension fits, none does, or the asset has to say which. */
export type OfDimension<Found, Up, Down, Names> = [Names] extends [never]
  ? Mismatch<NoMapping<Up, Down>>
  : true extends Several<Names> ? Mismatch<
      `dimensions '${Names & string}' all fit: choose one with dimension(asset, name)`
    >
  : Found;

/** The same where the reader has the dimensions `D`. */
export type InDimension<Out, Up extends Partitions, Down, D, Names> = OfDimension<
  Names extends keyof D ? D[Names] extends Partitions ? Aligned<Out, Up, D[Names]> : never : never,
  Up,
  Down,
  Names
>;

/** How one slice of each dimension that two crosses share arrives: 1, slices or a mismatch. */
export type Shared<U, D> = {
  [K in keyof U & keyof D]: U[K] extends Partitions
    ? D[K] extends Partitions ? Aligned<1, U[K], D[K]> : never
    : never;
}[keyof U & keyof D];

/** A plain value where the reader says one slice of each dimension of the upstream. */
export type ByName<Out, Up, Down, U, D> = [Shared<U, D>] extends [never]
  ? Mismatch<NoMapping<Up, Down>>
  : [Extract<Shared<U, D>, Mismatch<string>>] extends [never]
    ? ([keyof U, Shared<U, D>] extends [keyof D, 1] ? Out : Slice<Out, Up>)
  : Mismatch<NoMapping<Up, Down>>;

/** The sentence that the compiler shows. */
export type NoMapping<Up, Down> = `no mapping from '${GrainOf<Up>}' to '${GrainOf<
  Down
>}' partitions: wrap the upstream in all(), latest(), mapped(), overlapping() or after()`;
/** The same for what only works between equal rules. */
export type NotAlike<Fn extends string, Up, Down> = `${Fn}() counts slices of one rule: '${GrainOf<
  Up
>}' is not '${GrainOf<Down>}'`;

/** The value of a slice that may not be there. */
export type Shifted<A, P> = Same<CutOf<PartitionsOf<A>>, CutOf<P>> extends true
  ? OutOf<A> | undefined
  : Mismatch<NotAlike<"offset", PartitionsOf<A>, P>>;
/** The slices that a table names. */
export type ByTable<A, P, T> = [Exclude<KeyOf<P>, keyof T>] extends [never]
  ? Slice<OutOf<A>, PartitionsOf<A>>
  : Mismatch<`mapped() has no entry for '${Exclude<KeyOf<P>, keyof T> & string}'`>;
/** The rule of a dimension; the rule itself if it is no cross. */
export type RuleIn<P, Name> = P extends Cross<infer D>
  ? (Name extends keyof D ? D[Name] : Mismatch<NoDimension<P, Name>>)
  : P;
/** The sentence where a rule has no such dimension. */
export type NoDimension<P, Name> = P extends Cross<infer D>
  ? `there is no dimension '${Name & string}' but '${keyof D & string}'`
  : never;
/** The slice of a dimension, or all that share it. */
export type ByDimension<A, P, Name> = [PartitionsOf<A>, P] extends
  [Cross<infer _>, unknown] | [unknown, Cross<infer _>]
  ? InOne<A, RuleIn<PartitionsOf<A>, Name>, RuleIn<P, Name>, Name>
  : Mismatch<`dimension() needs a cross: '${GrainOf<P>}' has no dimensions`>;
/** The same by the rules of the dimension. */
export type InOne<A, Up, Down, Name> = Up extends Partitions
  ? Down extends Partitions
    ? Aligned<OutOf<A>, Up, Down> extends Mismatch<string>
      ? Mismatch<`dimension '${Name & string}' is not cut by '${GrainOf<Up>}'`>
    : PartitionsOf<A> extends Cross<infer _> ? Slice<OutOf<A>, PartitionsOf<A>>
    : Aligned<OutOf<A>, Up, Down>
  : Down
  : Up;

/** The type in which `materialize` receives the dep `D` when it computes a slice under the rule `P`. */
export type InputOf<D, P extends Partitions> = D extends Mapped<infer A, infer M, infer Detail>
  ? M extends "after" ? undefined
  : M extends "latest" | "newest" | "only" ? OutOf<A>
  : M extends "previous" ? OutOf<A> | undefined
  : M extends "offset" ? Shifted<A, P>
  : M extends "map" ? ByTable<A, P, Detail>
  : M extends "dimension" ? ByDimension<A, P, Detail>
  : Slices<KeyOf<PartitionsOf<A>>, OutOf<A>>
  : D extends Asset<string, infer Out, infer Up> ? Aligned<Out, Up, P>
  : never;

/** The first argument of `materialize`. */
export type Inputs<D, P extends Partitions> = { readonly [K in keyof D]: InputOf<D[K], P> };

/** `D` itself where every entry has a mapping; a sentence that says what to do in place of each entry that has none. */
export type Checked<D, P extends Partitions> = {
  readonly [K in keyof D]: InputOf<D[K], P> extends Mismatch<infer Text> ? Text : D[K];
};

/** `D` itself where `previous()` was said to give what the asset gives; a sentence in place of one that was not. */
export type Said<D, Out> = {
  readonly [K in keyof D]: D[K] extends Mapped<infer A, "previous">
    ? [Out] extends [OutOf<A>] ? D[K] : "previous() was said to give another type than the asset"
    : D[K];
};
