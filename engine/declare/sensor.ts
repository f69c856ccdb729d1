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
import { type Duration, positive } from "./duration.ts";

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

/** What a sensor is told besides its cursor. */
export type SensorSource =
  /** Nothing: it looks for itself. */
  | { readonly of: "poll" }
  /** Payloads of a channel of Postgres. */
  | { readonly of: "channel"; readonly channel: string }
  /** Messages of a topic, read as a member of a group. */
  | {
    readonly of: "topic";
    readonly topic: string;
    readonly group: string;
    /** Whether nothing is put before topic and group. */
    readonly isFullName: boolean;
  }
  /** Runs that came to one of these states. */
  | { readonly of: "runs"; readonly states: readonly string[]; readonly jobs: readonly string[] }
  /** Versions of these assets. */
  | { readonly of: "assets"; readonly assets: readonly string[] }
  /** Changes of how the promises of these assets stand. */
  | { readonly of: "promises"; readonly assets: readonly string[] };

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
  /** What it is told of. */
  readonly source: SensorSource;
  /** Milliseconds that a look may take. */
  readonly timeoutMs: number;
  /** Milliseconds without a request after which people are told; undefined if silence is no news. */
  readonly expectMs: number | undefined;
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
      /** What it was told of, oldest first; nothing for one that looks for itself. */
      heard?: readonly unknown[];
    },
  ): AsyncGenerator<RunRequest, unknown, void>;
}

/** `0` as a starting cursor means any number. */
export type Widen<T> = T extends number ? number
  : T extends string ? string
  : T extends boolean ? boolean
  : T;

/** What all sensors may be given. */
export interface SensorTraits<R extends Resources = None> {
  /** {@linkcode Sensor.name} */
  readonly name: string;
  /** {@linkcode Sensor.resources} */
  readonly resources?: R;
  /** How long a look may take. @default {"60s"} */
  readonly timeout?: Duration;
  /** How long it may ask for nothing before people are told; silence is no news unless given. */
  readonly expect?: Duration;
}

/** What the code of a sensor is given. */
export interface SensorContext<R extends Resources = None> {
  /** What it borrows. */
  readonly resources: { readonly [K in keyof R]: Lent<R[K]> };
  /** Aborts when the look takes too long, or the server stops. */
  readonly signal: AbortSignal;
  /** When the look began. */
  readonly now: Date;
}

/** The traits of a sensor, completed. */
export function sensorTraits<R extends Resources>(
  o: SensorTraits<R>,
): Pick<Sensor, "kind" | "name" | "resources" | "timeoutMs" | "expectMs"> {
  return {
    kind: "sensor",
    name: o.name,
    resources: o.resources ?? {},
    timeoutMs: positive(o.timeout ?? "60s", `the timeout of sensor "${o.name}"`),
    expectMs: o.expect && positive(o.expect, `what sensor "${o.name}" expects`),
  };
}

/** How often a sensor looks, in milliseconds. @throws {RangeError} If it would never rest. */
export const rhythm = (name: string, every: Duration): number =>
  positive(every, `how often sensor "${name}" looks`);

/** Declares a sensor. The generator's return value is the next cursor. */
export function sensor<Cursor, R extends Resources = None>(
  options: SensorTraits<R> & {
    readonly every: Duration;
    readonly cursor: Cursor;
    evaluate(
      context: SensorContext<R> & { readonly cursor: Widen<NoInfer<Cursor>> },
    ): AsyncGenerator<RunRequest, Widen<NoInfer<Cursor>>, void>;
  },
): Sensor {
  return {
    ...sensorTraits(options),
    declaredAt: declaredAt(),
    source: { of: "poll" },
    every: rhythm(options.name, options.every),
    start: options.cursor,
    evaluate: options.evaluate as unknown as Sensor["evaluate"],
  };
}
