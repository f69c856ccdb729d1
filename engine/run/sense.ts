/**
 * Sensors: looking at the outside world, with a cursor that survives restarts.
 *
 * @module
 */
import type { RunRequest, Sensor } from "../declare/sensor.ts";
import type { Json } from "../declare/store.ts";
import { submissionOf } from "../decide/submission.ts";
import type { Definitions } from "../graph/define.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Submission } from "../ledger/records.ts";
import { errorOf } from "./error_of.ts";
import type { Lender } from "./lend.ts";

/** What evaluating sensors needs. */
export interface Sensing {
  /** What exists. */
  readonly definitions: Definitions;
  /** Where cursors stand. */
  readonly ledger: Pick<Ledger, "cursors" | "advance">;
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

/** Looks once with a given cursor and changes nothing: also the dry run. */
export async function look(
  o: Pick<Sensing, "lender">,
  sensor: Sensor,
  at: { readonly cursor: unknown; readonly now: Date; readonly signal: AbortSignal },
): Promise<Sensed> {
  const resources = await o.lender.lend(sensor.resources);
  const looking = sensor.evaluate({ ...at, resources });
  const requests: RunRequest[] = [];
  while (true) {
    const { done, value } = await looking.next();
    if (done) return { requests, cursor: value };
    requests.push(value);
  }
}

/**
 * Looks once and remembers: the cursor moves with the runs that it requested, or not at all. A sensor that fails keeps
 * its cursor and looks again.
 */
export async function sense(
  o: Sensing,
  sensor: Sensor,
  now: Date,
  signal: AbortSignal,
): Promise<void> {
  const name = sensorCursor(sensor.name);
  const before = (await o.ledger.cursors(name)).find((c) => c.name === name);
  const cursor = before ? before.value : sensor.start;
  const revision = before?.revision ?? 0;
  try {
    const seen = await look(o, sensor, { cursor, now, signal });
    const submissions = submissionsOf(o.definitions, sensor, seen.requests, now);
    const result = resultText(seen.requests);
    const outcome = submissions.length > 0 ? "requested" : "skipped";
    const value = (seen.cursor ?? null) as Json;
    await o.ledger.advance({ name, revision, value, result, outcome, submissions });
  } catch (error) {
    if (signal.aborted) return;
    const { message, causes } = errorOf(error);
    const result = [message, ...causes].join(": ");
    const value = cursor as Json;
    await o.ledger.advance({ name, revision, value, result, outcome: "failed", submissions: [] });
  }
}

function resultText(requests: readonly RunRequest[]): string {
  const [first] = requests;
  if (!first) return "nothing new";
  const why = first.reason ?? `asked for ${first.asset}`;
  return requests.length === 1 ? why : `${requests.length} requests: ${why}`;
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
      const reason = r.reason ?? `sensor "${sensor.name}"`;
      return { asset, key: asset.partitions.parse(r.partition), partition: r.partition, reason };
    });
    const asking = {
      key: key === "" ? null : `sensor:${sensor.name}:${key}`,
      trigger: "sensor",
      by: sensor.name,
      reason: group[0]!.reason ?? `sensor "${sensor.name}"`,
    } as const;
    return submissionOf(definitions, targets, asking, now);
  });
}
