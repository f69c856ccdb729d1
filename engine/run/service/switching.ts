/**
 * Switching schedules and sensors, and trying them.
 *
 * @module
 */
import { UnknownName } from "../../declare/errors.ts";
import type { TopicMessage } from "../../declare/listen_sensor.ts";
import type { RunRequest, Sensor } from "../../declare/sensor.ts";
import type { Json } from "../../declare/store.ts";
import { lastTick } from "../../decide/due.ts";
import { actsAt } from "../../decide/jitter.ts";
import { type Rule, rulesOf } from "../../decide/rules.ts";
import { nearest } from "../../graph/nearest.ts";
import type { SenseView, SwitchView, TickView } from "../automation_views.ts";
import { nextTick } from "../cron.ts";
import { type Pausable, setPaused } from "../../ledger/switches.ts";
import { look, sensorCursor } from "../sense.ts";
import { givenCursor } from "./given_cursor.ts";
import type { ServiceOptions } from "./ports.ts";
import { instant, partitionOrNull } from "./words.ts";

function found<T extends { readonly name: string }>(
  what: string,
  name: string,
  among: readonly T[],
): T {
  const it = among.find((x) => x.name === name);
  if (it) return it;
  throw new UnknownName(what, name, nearest(name, among.map((x) => x.name)));
}

/**
 * Pauses or resumes.
 *
 * @throws {RangeError} If it is not like `schedule:nightly`.
 * @throws {UnknownName} If no schedule or sensor has that name, or no asset with a condition.
 */
export async function switchNow(
  o: ServiceOptions,
  what: string,
  to: { readonly paused: boolean; readonly by: string },
): Promise<SwitchView> {
  const [, kind, name = ""] = /^(schedule|sensor|condition):(.+)$/.exec(what) ?? [];
  if (kind === undefined) {
    throw new RangeError(
      `Cannot ${
        to.paused ? "pause" : "resume"
      } "${what}": it is not like "schedule:nightly", "sensor:arrivals" or "condition:features/online"`,
    );
  }
  if (kind === "sensor") found(kind, name, o.definitions.sensors);
  else if (kind === "condition") found(kind, name, o.definitions.assets.filter((a) => a.when));
  else found(kind, name, rulesOf(o.definitions));
  const changed = await setPaused(o.ledger, what as Pausable, { ...to, now: o.clock.now() });
  return { name: what, paused: to.paused, changed };
}

/**
 * Submits a tick, or tells what it would be.
 *
 * @throws {UnknownName} If no job with a cron and no schedule has that name.
 * @throws {RangeError} If the instant cannot be read, nothing ticked before it, or it is still to come and this is no dry run.
 */
export async function tickNow(
  o: ServiceOptions,
  name: string,
  { at, dryRun = false }: {
    readonly at?: string | undefined;
    readonly dryRun?: boolean | undefined;
  },
): Promise<TickView> {
  const rule = found("schedule", name, rulesOf(o.definitions));
  const when = at === undefined ? o.clock.now() : instantOf(at);
  const tick = lastTick(rule, when, nextTick);
  if (!tick) throw new RangeError(`Cannot tick "${name}": "${rule.cron}" never ticked by then`);
  if (!dryRun && tick > o.clock.now()) throw notYet(name, tick);
  return await ticked(o, rule, tick, dryRun);
}

/** It would compute what has not ended, and the tick itself would find that it was asked for already. */
const notYet = (name: string, tick: Date): RangeError =>
  new RangeError(
    `Cannot tick "${name}" at ${tick.toISOString()}: that is still to come, a dry run shows what it will ask for`,
  );

function instantOf(text: string): Date {
  // Without a zone it would be read in that of the machine.
  const at = new Date(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text) ? `${text}Z` : text);
  if (!Number.isNaN(at.getTime())) return at;
  throw new RangeError(`Cannot read instant: "${text}" is not like "2025-01-27T06:00:00Z"`);
}

async function ticked(
  o: ServiceOptions,
  rule: Rule,
  tick: Date,
  dryRun: boolean,
): Promise<TickView> {
  const submission = rule.submission(tick);
  const submitted = submission && !dryRun ? await o.ledger.submit(submission) : undefined;
  return {
    name: rule.name,
    tick: instant(tick),
    actsAt: instant(actsAt(rule, tick)),
    key: submission?.key ?? "",
    reason: submission?.reason ?? "nothing to request: no slice has ended by then",
    steps: (submission?.steps ?? []).map(({ asset, partition, reason }) => ({
      asset,
      partition: partitionOrNull(partition),
      reason,
    })),
    run: submitted?.run ?? null,
  };
}

/** Milliseconds that a try may take at most, whatever the sensor allows itself. */
const TRY_MS = 60_000;

/**
 * Lets a sensor look and changes nothing.
 *
 * @throws {UnknownName} If no sensor has that name.
 * @throws {RangeError} If resources cannot be lent here, or the sensor could not stand at that cursor.
 */
export async function senseNow(
  o: ServiceOptions,
  name: string,
  { cursor, payloads = [] }: {
    readonly cursor?: Json | undefined;
    readonly payloads?: readonly string[] | undefined;
  },
): Promise<SenseView> {
  const sensor = found("sensor", name, o.definitions.sensors);
  const { lender } = o;
  if (!lender) throw new RangeError(`Cannot try sensor "${name}": no resources are lent here`);
  const id = sensorCursor(name);
  const record = (await o.ledger.cursors(id)).find((c) => c.name === id);
  const own = record ? record.value : sensor.start;
  const from = cursor === undefined ? own : givenCursor(sensor, cursor);
  const now = o.clock.now();
  const given = givenOf(sensor, payloads, { cursor: from, now });
  const it = { ...sensor, timeoutMs: Math.min(sensor.timeoutMs, TRY_MS) };
  const { signal } = new AbortController();
  const options = { definitions: o.definitions, ledger: o.ledger, lender };
  const seen = await look(options, it, { cursor: from, now, signal, given });
  return { name, requests: seen.requests.map(requestView), cursor: (seen.cursor ?? null) as Json };
}

/** Payloads as the sensor would be told of them: of a topic, as the next messages of its first part. */
function givenOf(
  { source }: Sensor,
  payloads: readonly string[],
  { cursor, now }: { readonly cursor: unknown; readonly now: Date },
): readonly unknown[] {
  if (source.of !== "topic") return payloads;
  const begin = BigInt((cursor as { readonly [partition: string]: string } | null)?.["0"] ?? "0");
  return payloads.map((value, i): TopicMessage => ({
    partition: 0,
    offset: String(begin + BigInt(i)),
    key: null,
    value,
    at: now,
    headers: {},
  }));
}

const requestView = (r: RunRequest) => ({
  asset: r.asset,
  partition: partitionOrNull(r.partition),
  key: r.key ?? null,
  reason: r.reason ?? "no reason given",
});
