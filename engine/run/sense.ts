/**
 * Sensors: looking at the outside world, with a cursor that survives restarts.
 *
 * @module
 */
import { masked } from "../declare/secret.ts";
import { durationText } from "../declare/duration.ts";
import type { RunRequest, Sensor } from "../declare/sensor.ts";
import type { Json } from "../declare/store.ts";
import { submissionOf } from "../decide/submission.ts";
import type { Definitions } from "../graph/define.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Submission } from "../ledger/records.ts";
import { errorOf } from "./error_of.ts";
import { hear, type HearOptions } from "./hear.ts";
import type { Lender } from "./lend.ts";

/** What evaluating sensors needs. */
export interface Sensing {
  /** What exists. */
  readonly definitions: Definitions;
  /** Where cursors stand, and what happened. */
  readonly ledger: Pick<Ledger, "cursors" | "advance"> & HearOptions["ledger"];
  /** Who opens resources. */
  readonly lender: Lender;
}

/** The name of the cursor of a sensor. */
export const sensorCursor = (name: string): string => `sensor:${name}`;

/** What a look came to. */
export interface Sensed {
  /** What it asked for. */
  readonly requests: readonly RunRequest[];
  /** The cursor to go on from. */
  readonly cursor: unknown;
}

/** From where and when a sensor looks. */
export interface LookAt {
  /** Where it stands. */
  readonly cursor: unknown;
  /** When the look begins. */
  readonly now: Date;
  /** Ends the look. */
  readonly signal: AbortSignal;
  /** Payloads or messages, for sensors that are told by others. @default {[]} */
  readonly given?: readonly unknown[];
}

/**
 * Looks once with a given cursor and changes nothing: also the dry run.
 *
 * @throws {DOMException} `TimeoutError` if it takes longer than the sensor may.
 */
export async function look(
  o: Omit<Sensing, "ledger"> & HearOptions,
  sensor: Sensor,
  { cursor, now, signal, given = [] }: LookAt,
): Promise<Sensed> {
  return await limited(sensor, signal, async (signal) => {
    const { heard, next } = await hear(o, sensor, { cursor, now, given });
    const resources = await o.lender.lend(sensor.resources);
    const looking = sensor.evaluate({ cursor, now, resources, signal, heard });
    const requests: RunRequest[] = [];
    while (!signal.aborted) {
      const { done, value } = await looking.next();
      if (done) return { requests, cursor: next === undefined ? value : next };
      requests.push(value);
    }
    await looking.return(undefined);
    throw signal.reason;
  });
}

/** Code that does not heed its signal is left to itself when its time is over. */
async function limited<T>(
  { name, timeoutMs }: Sensor,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const words = `Cannot look: sensor "${name}" took longer than ${durationText(timeoutMs)}`;
    const error = new DOMException(words, "TimeoutError");
    over.abort(error);
    late.reject(error);
  }, timeoutMs);
  try {
    return await Promise.race([work(AbortSignal.any([signal, over.signal])), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a look did to the cursor: moved it, found that another server had, kept it after an error, or was stopped. */
export type LookOutcome = "moved" | "lost" | "failed" | "stopped";

/**
 * Looks once and remembers: the cursor moves with the runs that it requested, or not at all. A sensor that fails keeps
 * its cursor and looks again.
 */
export async function sense(
  o: Sensing,
  sensor: Sensor,
  now: Date,
  signal: AbortSignal,
  given: readonly unknown[] = [],
): Promise<LookOutcome> {
  const name = sensorCursor(sensor.name);
  const before = (await o.ledger.cursors(name)).find((c) => c.name === name);
  const cursor = before ? before.value : sensor.start;
  const revision = before?.revision ?? 0;
  const kept = { name, revision, value: (cursor ?? null) as Json, submissions: [] };
  try {
    const seen = await look(o, sensor, { cursor, now, signal, given });
    const submissions = submissionsOf(o.definitions, sensor, seen.requests, now);
    const result = resultText(seen.requests);
    const outcome = submissions.length > 0 ? "requested" : "skipped";
    const value = (seen.cursor ?? null) as Json;
    const moved = { name, revision, value, result, outcome, submissions } as const;
    return await o.ledger.advance(moved) ? "moved" : "lost";
  } catch (error) {
    if (signal.aborted) return "stopped";
    await o.ledger.advance({ ...kept, result: failureText(error), outcome: "failed" });
    return "failed";
  }
}

/** An error with its causes, in a line. */
export function failureText(error: unknown): string {
  const { message, causes } = errorOf(error);
  return [message, ...causes].join(": ");
}

function resultText(requests: readonly RunRequest[]): string {
  const [first] = requests;
  if (!first) return "nothing new";
  const why = first.reason ?? `asked for ${first.asset}`;
  return masked(requests.length === 1 ? why : `${requests.length} requests: ${why}`);
}

/** One run for all requests of a key: an event that concerns four assets is one run of four steps. */
function submissionsOf(
  definitions: Definitions,
  sensor: Sensor,
  requests: readonly RunRequest[],
  now: Date,
): Submission[] {
  const grouped = Map.groupBy(requests, (r) => r.key ?? "");
  return [...grouped].map(([key, group]) => {
    const targets = group.map((r) => {
      const asset = definitions.asset(r.asset);
      const reason = masked(r.reason ?? `sensor "${sensor.name}"`);
      return { asset, key: asset.partitions.parse(r.partition), partition: r.partition, reason };
    });
    const asking = {
      key: key === "" ? null : `sensor:${sensor.name}:${key}`,
      trigger: "sensor",
      by: sensor.name,
      reason: masked(group[0]!.reason ?? `sensor "${sensor.name}"`),
    } as const;
    return submissionOf(definitions, targets, asking, now);
  });
}
