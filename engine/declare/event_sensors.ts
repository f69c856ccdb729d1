/**
 * Sensors that are told what the engine itself did: runs, versions, promises.
 *
 * @module
 */
import type { Asset, None } from "./asset.ts";
import { declaredAt } from "./declared_at.ts";
import type { Duration } from "./duration.ts";
import type { Resources } from "./resource.ts";
import {
  rhythm,
  type RunRequest,
  type Sensor,
  type SensorContext,
  type SensorSource,
  type SensorTraits,
  sensorTraits,
} from "./sensor.ts";

/** A run that came to a state. */
export interface RunEvent {
  /** Its id. */
  readonly run: string;
  /** What it came to. */
  readonly state: "queued" | "running" | "success" | "failed" | "cancelled";
  /** The job it belongs to. */
  readonly job: string | null;
  /** The partition it is about, if it is about one. */
  readonly partition: string | null;
  /** When that happened. */
  readonly at: Date;
}

/** A version of an asset that became visible. */
export interface AssetEvent {
  /** Asset name. */
  readonly asset: string;
  /** Partition key as text; empty where the asset is one piece. */
  readonly partition: string;
  /** The run that made it. */
  readonly run: string;
  /** When that happened. */
  readonly at: Date;
}

/** A promise that stands differently now. */
export interface FreshnessEvent {
  /** Asset name. */
  readonly asset: string;
  /** How it stands. */
  readonly state: "ok" | "warn" | "late" | "none";
  /** How it stood. */
  readonly before: "ok" | "warn" | "late" | "none";
  /** How it stands in words. */
  readonly words: string;
  /** When that was seen. */
  readonly at: Date;
}

/** What all of these may be given. */
export type EventSensorOptions<E, R extends Resources> = SensorTraits<R> & {
  /** How often it looks. @default {"5s"} */
  readonly every?: Duration;
  /** What an event asks for. Requests without a `key` get one from the event, so that each is acted upon once. */
  on(event: E, context: SensorContext<R>): Iterable<RunRequest> | AsyncIterable<RunRequest>;
};

/**
 * Declares a sensor that is told of runs that end, or come to other states; never of those that it asked for itself. It
 * begins with what happens after it was first seen.
 *
 * @example
 * ```ts
 * import { asset, request, runSensor } from "engine";
 *
 * const report = asset({ name: "report", materialize: () => 1 });
 * runSensor({
 *   name: "after_failures",
 *   states: ["failed"],
 *   *on({ run }) {
 *     yield request(report, { reason: `run ${run} failed` });
 *   },
 * });
 * ```
 */
export function runSensor<R extends Resources = None>(
  options: EventSensorOptions<RunEvent, R> & {
    /** Of which states. @default {["success", "failed", "cancelled"]} */
    readonly states?: readonly RunEvent["state"][];
    /** Only of these jobs. @default {[]} all */
    readonly jobs?: readonly { readonly name: string }[];
  },
): Sensor {
  const states = options.states ?? ["success", "failed", "cancelled"];
  const jobs = (options.jobs ?? []).map((j) => j.name);
  const keyOf = (e: RunEvent) => `${e.run}:${e.state}`;
  return eventSensor(options, { of: "runs", states, jobs }, { keyOf, at: declaredAt() });
}

/**
 * Declares a sensor that is told of versions of assets when they become visible. It begins with what happens after it was
 * first seen.
 */
export function assetSensor<R extends Resources = None>(
  options: EventSensorOptions<AssetEvent, R> & { readonly assets: readonly Asset[] },
): Sensor {
  const source = { of: "assets", assets: options.assets.map((a) => a.name) } as const;
  const keyOf = (e: AssetEvent) => `${e.asset}:${e.partition}:${e.run}`;
  return eventSensor(options, source, { keyOf, at: declaredAt() });
}

/** Declares a sensor that is told when the promise of an asset stands differently: it became late, or was kept again. */
export function freshnessSensor<R extends Resources = None>(
  options: EventSensorOptions<FreshnessEvent, R> & { readonly assets: readonly Asset[] },
): Sensor {
  const source = { of: "promises", assets: options.assets.map((a) => a.name) } as const;
  const keyOf = (e: FreshnessEvent) => `${e.asset}:${e.state}:${e.at.toISOString()}`;
  return eventSensor(options, source, { keyOf, at: declaredAt() });
}

function eventSensor<E, R extends Resources>(
  options: EventSensorOptions<E, R>,
  source: SensorSource,
  { keyOf, at }: { keyOf(event: E): string; readonly at: string },
): Sensor {
  const on = options.on as (event: E, context: unknown) => AsyncIterable<RunRequest>;
  return {
    ...sensorTraits(options),
    declaredAt: at,
    source,
    every: rhythm(options.name, options.every ?? "5s"),
    start: null,
    async *evaluate({ heard = [], cursor, ...context }) {
      for (const event of heard as readonly E[]) {
        for await (const r of on(event, context)) yield { ...r, key: r.key ?? keyOf(event) };
      }
      return cursor;
    },
  };
}
