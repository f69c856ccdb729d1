/**
 * Which schedules and sensors do not do what they should.
 *
 * @module
 */
import { durationText } from "../declare/duration.ts";
import type { Sensor } from "../declare/sensor.ts";
import type { Definitions } from "../graph/define.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { CursorRecord } from "../ledger/records.ts";
import { failuresCursor, failuresOf } from "../ledger/failures.ts";
import { pausedOf } from "../ledger/switches.ts";
import type { Broken } from "./episodes.ts";

/** Looks in a row that fail before people are told: one alone is the network. */
const FAILURES = 2;

/** Against what time it is measured. */
export interface Times {
  /** Since when a sensor is known. */
  knownSince(sensor: string): Date;
  /** The moment. */
  readonly now: Date;
}

interface Standing {
  readonly cursors: ReadonlyMap<string, CursorRecord>;
  readonly paused: ReadonlySet<string>;
}

/**
 * Sensors that failed twice in a row, schedules whose last tick failed, and sensors that asked for nothing for longer than
 * they were expected to. What is paused is left alone.
 */
export async function brokenOf(
  definitions: Definitions,
  ledger: Pick<Ledger, "cursors" | "run">,
  { knownSince, now }: Times,
): Promise<readonly Broken[]> {
  const { sensors, jobs, schedules } = definitions;
  if (sensors.length + jobs.length + schedules.length === 0) return [];
  const found = await Promise.all(["schedule:", "sensor:", failuresCursor()].map(
    (prefix) => ledger.cursors(prefix),
  ));
  const failures = failuresOf(found[2]!);
  const at: Standing = {
    cursors: new Map([...found[0]!, ...found[1]!].map((c) => [c.name, c])),
    paused: new Set([...await pausedOf(ledger, "schedule:"), ...await pausedOf(ledger, "sensor:")]),
  };
  const awake = sensors.filter((s) => !at.paused.has(`sensor:${s.name}`));
  const failing = awake.flatMap(({ name }) =>
    (failures.get(name)?.count ?? 0) < FAILURES ? [] : [{
      name: `sensor:${name}`,
      title: `Sensor "${name}" fails`,
      message: at.cursors.get(`sensor:${name}`)?.result ?? "no reason is known",
    }]
  );
  const silent = awake.map((s) => silence(ledger, s, at, { knownSince, now }));
  return [
    ...[...jobs, ...schedules].flatMap(({ name }) => failedTick(name, at)),
    ...failing,
    ...(await Promise.all(silent)).flat(),
  ];
}

function failedTick(name: string, { cursors, paused }: Standing): Broken[] {
  const id = `schedule:${name}`;
  const cursor = cursors.get(id);
  if (cursor?.outcome !== "failed" || paused.has(id)) return [];
  const message = cursor.result ?? "no reason is known";
  return [{ name: id, title: `Schedule "${name}" fails`, message }];
}

/** One that was expected to ask for something by now and did not. */
async function silence(
  ledger: Pick<Ledger, "run">,
  { name, expectMs }: Sensor,
  { cursors }: Standing,
  { knownSince, now }: Times,
): Promise<Broken[]> {
  if (expectMs === undefined) return [];
  const run = cursors.get(`sensor:${name}`)?.run;
  const last = run ? (await ledger.run(run))?.run.createdAt : undefined;
  const ms = now.getTime() - (last ?? knownSince(name)).getTime();
  if (ms < expectMs) return [];
  const title = `Sensor "${name}" is silent`;
  const message = last
    ? `it asked for nothing for ${durationText(ms)}, since ${last.toISOString()}; ` +
      `something is expected every ${durationText(expectMs)}`
    : `it never asked for anything; something is expected every ${durationText(expectMs)}`;
  return [{ name: `silent:${name}`, title, message }];
}
