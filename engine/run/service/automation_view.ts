/**
 * Jobs, schedules and sensors for people.
 *
 * @module
 */
import type { Asset } from "../../declare/asset.ts";
import type { Job } from "../../declare/job.ts";
import type { Sensor } from "../../declare/sensor.ts";
import { actsAt } from "../../decide/jitter.ts";
import { canonicalJson } from "../../graph/fingerprint.ts";
import type { CursorRecord } from "../../ledger/records.ts";
import { failuresCursor, failuresOf } from "../../ledger/failures.ts";
import { pausedOf } from "../../ledger/switches.ts";
import type { JobView, RunBrief, RunSummary, SensorView } from "../views.ts";
import type { ServiceOptions } from "./ports.ts";
import { summaryOf } from "./run_view.ts";
import { instant } from "./words.ts";

/** How many coming ticks are shown. */
const TICKS = 5;

/** A run as the latest one of something. */
export const briefOf = (run: RunSummary): RunBrief => ({
  run: run.id,
  status: run.status,
  at: run.endedAt ?? run.startedAt ?? run.createdAt,
});

/** Assets as a selection: `group:features` where they are all of a group, else their names. */
export function selectionText(assets: readonly Asset[], all: readonly Asset[]): string {
  const groups = Map.groupBy(assets, (a) => a.group);
  return [...groups].map(([group, of]) => {
    const whole = group && all.filter((a) => a.group === group).length === of.length;
    return whole ? `group:${group}` : of.map((a) => a.name).join(" ");
  }).join(" ");
}

/** The coming instants at which a rule is acted upon, spread as its ticks are. */
function comingTicks(o: ServiceOptions, rule: Timing, now: Date): readonly Date[] {
  const from = new Date(now.getTime() - rule.jitterMs);
  // Of those that have passed, some may still be put off.
  const ticks = o.nextTicks(rule.cron!, rule.timezone, from, TICKS);
  const coming = ticks.map((t) => actsAt(rule, t)).filter((t) => t > now);
  if (coming.length === TICKS || ticks.length < TICKS) return coming;
  const more = o.nextTicks(rule.cron!, rule.timezone, ticks.at(-1)!, TICKS);
  return [...coming, ...more.map((t) => actsAt(rule, t)).filter((t) => t > now)].slice(0, TICKS);
}

type Timing = Pick<Job, "name" | "cron" | "timezone" | "jitterMs" | "catchUp">;

/** What a schedule last did. */
function lastTickOf(cursor: CursorRecord | undefined): JobView["lastTick"] {
  if (!cursor?.outcome || cursor.result === null) return null;
  return { at: instant(cursor.at), outcome: cursor.outcome, result: cursor.result };
}

/** Everything with a name that can be triggered or ticks. */
export async function jobViews(o: ServiceOptions): Promise<readonly JobView[]> {
  const cursors = new Map((await o.ledger.cursors("schedule:")).map((c) => [c.name, c]));
  const now = o.clock.now();
  const switchedOff = await pausedOf(o.ledger, "schedule:");
  const timing = (rule: Timing) => {
    const { name, cron, timezone } = rule;
    const paused = switchedOff.has(`schedule:${name}`);
    const enabled = Boolean(cron) && (o.schedules ?? true) && !paused;
    const ticks = enabled ? comingTicks(o, rule, now) : [];
    return {
      cron: cron ?? null,
      timezone,
      enabled,
      paused,
      nextTicks: ticks.map(instant),
      catchUp: rule.catchUp,
      jitterSeconds: rule.jitterMs / 1_000,
      lastTick: lastTickOf(cursors.get(`schedule:${name}`)),
    };
  };
  const jobs = o.definitions.jobs.map(async (job): Promise<JobView> => {
    const [last] = await o.ledger.runs({ job: job.name, limit: 1 });
    return {
      name: job.name,
      description: job.description,
      selection: selectionText(job.assets, o.definitions.assets),
      assets: job.assets.length,
      ...timing(job),
      last: last ? briefOf(summaryOf(last)) : null,
    };
  });
  const schedules = o.definitions.schedules.map(async (s): Promise<JobView> => {
    const id = cursors.get(`schedule:${s.name}`)?.run;
    const last = id ? await o.ledger.run(id) : undefined;
    return {
      name: s.name,
      description: "",
      selection: selectionText(s.assets, o.definitions.assets),
      assets: s.assets.length,
      ...timing(s),
      last: last ? briefOf(summaryOf(last.run)) : null,
    };
  });
  return await Promise.all([...jobs, ...schedules]);
}

/** All sensors with what they last did. */
export async function sensorViews(o: ServiceOptions): Promise<readonly SensorView[]> {
  const [found, failed, switchedOff] = await Promise.all([
    o.ledger.cursors("sensor:"),
    o.ledger.cursors(failuresCursor()),
    pausedOf(o.ledger, "sensor:"),
  ]);
  const cursors = new Map(found.map((c) => [c.name, c]));
  const failures = failuresOf(failed);
  return o.definitions.sensors.map((sensor) => {
    const cursor = cursors.get(`sensor:${sensor.name}`);
    const failing = failures.get(sensor.name);
    const paused = switchedOff.has(`sensor:${sensor.name}`);
    const enabled = (o.schedules ?? true) && !paused;
    const due = failing?.retryAt ?? instant(nextLook(sensor, cursor, o.clock.now()));
    return {
      name: sensor.name,
      description: `${sourceText(sensor)}, declared in ${sensor.declaredAt}`,
      enabled,
      paused,
      failures: failing?.count ?? 0,
      intervalSeconds: sensor.every / 1_000,
      cursor: cursor ? canonicalJson(cursor.value) : null,
      lastTickAt: instant(cursor?.at ?? null),
      lastResult: cursor?.result ?? null,
      lastOutcome: cursor?.outcome ?? null,
      lastRun: cursor?.run ?? null,
      nextTickAt: enabled ? due : null,
    };
  });
}

const nextLook = (sensor: Sensor, cursor: CursorRecord | undefined, now: Date): Date =>
  cursor ? new Date(cursor.at.getTime() + sensor.every) : now;

/** What a sensor is told by, in words. */
function sourceText({ source, every }: Sensor): string {
  const rhythm = `every ${every / 1_000} s`;
  switch (source.of) {
    case "poll":
      return `Looks ${rhythm}`;
    case "channel":
      return `Listens to channel "${source.channel}" and looks ${rhythm}`;
    case "topic":
      return `Reads topic "${source.topic}" as "${source.group}"`;
    case "runs": {
      const jobs = source.jobs.length > 0 ? ` of ${source.jobs.join(", ")}` : "";
      return `Told of runs${jobs} that are ${source.states.join(" or ")}, ${rhythm}`;
    }
    case "assets":
      return `Told of versions of ${source.assets.join(", ")}, ${rhythm}`;
    case "promises":
      return `Told of the freshness of ${source.assets.join(", ")}, ${rhythm}`;
  }
}
