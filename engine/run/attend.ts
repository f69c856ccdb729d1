/**
 * One turn of a sensor: looks, unless it is paused or backs off after failures.
 *
 * @module
 */
import type { Sensor } from "../declare/sensor.ts";
import { type Failures, failuresCursor } from "../ledger/failures.ts";
import type { CursorRecord } from "../ledger/records.ts";
import { pausedOf } from "../ledger/switches.ts";
import { failureText, sense, type Sensing, sensorCursor } from "./sense.ts";

/** What a turn came to, and the milliseconds until the next. */
export interface Attended {
  /** `moved`: it looked and its cursor moved. `again`: somebody else was faster. */
  readonly state: "moved" | "again" | "failed" | "paused" | "waiting" | "stopped";
  /** Milliseconds until the next turn. */
  readonly waitMs: number;
}

/** Milliseconds between looks at a switch that is off. */
const PAUSED_MS = 2_000;
/** The longest wait of a sensor that fails; one that looks more seldom keeps its own time. */
const MOST_WAIT_MS = 15 * 60_000;

/** Milliseconds until a sensor that failed so often in a row looks again: twice as long each time. */
export function backoffMs(every: number, failures: number): number {
  const wait = every * 2 ** Math.min(30, Math.max(0, failures - 1));
  return Math.min(wait, Math.max(every, MOST_WAIT_MS));
}

/** Takes a turn. */
export async function attend(
  o: Sensing,
  sensor: Sensor,
  { now, signal, given = [] }: {
    readonly now: Date;
    readonly signal: AbortSignal;
    readonly given?: readonly unknown[];
  },
): Promise<Attended> {
  const paused = await pausedOf(o.ledger, sensorCursor(sensor.name));
  if (paused.has(sensorCursor(sensor.name))) return { state: "paused", waitMs: PAUSED_MS };
  const name = failuresCursor(sensor.name);
  const record = (await o.ledger.cursors(name)).find((c) => c.name === name);
  const failures = (record?.value as Failures | undefined) ?? { count: 0, retryAt: "" };
  const left = failures.count > 0 ? Date.parse(failures.retryAt) - now.getTime() : 0;
  if (left > 0) return { state: "waiting", waitMs: Math.min(left, 30_000) };
  const outcome = await sense(o, sensor, now, signal, given);
  if (outcome === "stopped") return { state: "stopped", waitMs: 0 };
  if (outcome === "lost") return { state: "again", waitMs: given.length > 0 ? 0 : sensor.every };
  if (outcome === "failed") return await failed(o, sensor, { record, failures, now });
  if (record && failures.count > 0) await remember(o, sensor, record, { count: 0, retryAt: "" });
  return { state: "moved", waitMs: sensor.every };
}

/** Remembers that a sensor could not even listen, as if a look had failed. */
export async function failedToListen(
  o: Sensing,
  sensor: Sensor,
  error: unknown,
  now: Date,
): Promise<Attended> {
  const names = [sensorCursor(sensor.name), failuresCursor(sensor.name)];
  const paused = await pausedOf(o.ledger, names[0]!);
  if (paused.has(names[0]!)) return { state: "paused", waitMs: PAUSED_MS };
  const [cursor, record] = await Promise.all(
    names.map(async (name) => (await o.ledger.cursors(name)).find((c) => c.name === name)),
  );
  await o.ledger.advance({
    name: names[0]!,
    revision: cursor?.revision ?? 0,
    value: cursor ? cursor.value : sensor.start as Failures,
    result: failureText(error),
    outcome: "failed",
    submissions: [],
  });
  const failures = (record?.value as Failures | undefined) ?? { count: 0, retryAt: "" };
  return await failed(o, sensor, { record, failures, now });
}

interface FailedNow {
  readonly record: CursorRecord | undefined;
  readonly failures: Failures;
  readonly now: Date;
}

async function failed(
  o: Sensing,
  sensor: Sensor,
  { record, failures, now }: FailedNow,
): Promise<Attended> {
  const count = failures.count + 1;
  const waitMs = backoffMs(sensor.every, count);
  const retryAt = new Date(now.getTime() + waitMs).toISOString();
  await remember(o, sensor, record, { count, retryAt });
  return { state: "failed", waitMs: Math.min(waitMs, 30_000) };
}

async function remember(
  { ledger }: Sensing,
  sensor: Sensor,
  record: CursorRecord | undefined,
  value: Failures,
): Promise<void> {
  const result = value.count === 0 ? "works again" : `failed ${value.count} times in a row`;
  const move = {
    name: failuresCursor(sensor.name),
    revision: record?.revision ?? 0,
    value,
    result,
  };
  await ledger.advance({ ...move, outcome: "skipped", submissions: [] });
}
