/**
 * Watching the outside world: files, topics, tables, other systems.
 *
 * @module
 */
import { declaredAt } from "./declared_at.ts";
import type { Asset, None } from "./asset.ts";
import type { PartitionsOf } from "./deps.ts";
import { type KeyOf, keyText, type PartitionKey, type Unpartitioned } from "./partitions.ts";
import type { Lent, Resources } from "./resource.ts";
import { type Duration, milliseconds } from "./duration.ts";

/** A wish for one slice of one asset. */
export interface RunRequest {
  /** Asset name. */
  readonly asset: string;
  /** Partition key as text. */
  readonly partition: string;
  /** Two requests with the same key are one. */
  readonly key: string | undefined;
  /** Why, for people. */
  readonly reason: string | undefined;
}

/** The last parameters of calls that name a slice: required where the asset has slices, forbidden where not. */
export type SliceArgs<A, O = None> = PartitionsOf<A> extends Unpartitioned
  ? [options?: O & { readonly partition?: never }]
  : [options: O & { readonly partition: KeyOf<PartitionsOf<A>> }];

/** Asks for a slice of an asset. */
export function request<A extends Asset>(
  asset: A,
  ...[options]: SliceArgs<A, { readonly key?: string; readonly reason?: string }>
): RunRequest {
  const o: { partition?: PartitionKey; key?: string; reason?: string } | undefined = options;
  return {
    asset: asset.name,
    partition: keyText(o?.partition),
    key: o?.key,
    reason: o?.reason,
  };
}

/** A declared sensor. */
export interface Sensor {
  /** Tells sensors from other exports of a module. */
  readonly kind: "sensor";
  /** Where it is declared, `assets/x.ts:12`. */
  readonly declaredAt: string;
  /** Unique within the definitions. */
  readonly name: string;
  /** Milliseconds between evaluations. */
  readonly every: number;
  /** What it borrows. */
  readonly resources: Resources;
  /** Where a sensor that never ran starts. */
  readonly start: unknown;
  /** Looks once. Yields requests; returns the cursor, which is kept only if all requests were accepted. */
  evaluate(
    context: {
      cursor: unknown;
      resources: { [name: string]: unknown };
      signal: AbortSignal;
      now: Date;
    },
  ): AsyncGenerator<RunRequest, unknown, void>;
}

/** `0` as a starting cursor means any number. */
export type Widen<T> = T extends number ? number
  : T extends string ? string
  : T extends boolean ? boolean
  : T;

/** Declares a sensor. The generator's return value is the next cursor. */
export function sensor<Cursor, R extends Resources = None>(options: {
  readonly name: string;
  readonly every: Duration;
  readonly cursor: Cursor;
  readonly resources?: R;
  evaluate(context: {
    readonly cursor: Widen<NoInfer<Cursor>>;
    readonly resources: { readonly [K in keyof R]: Lent<R[K]> };
    readonly signal: AbortSignal;
    readonly now: Date;
  }): AsyncGenerator<RunRequest, Widen<NoInfer<Cursor>>, void>;
}): Sensor {
  return {
    kind: "sensor",
    declaredAt: declaredAt(),
    name: options.name,
    every: milliseconds(options.every),
    resources: options.resources ?? {},
    start: options.cursor,
    evaluate: options.evaluate as Sensor["evaluate"],
  };
}
