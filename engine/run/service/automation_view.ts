/**
 * Jobs, schedules and sensors for people.
 *
 * @module
 */
import type { Asset } from "../../declare/asset.ts";
import { canonicalJson } from "../../graph/fingerprint.ts";
import type { CursorRecord } from "../../ledger/records.ts";
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

function isPaused(cursor: CursorRecord | undefined): boolean {
  return (cursor?.value as { readonly paused?: boolean } | null | undefined)?.paused === true;
}

/** Everything with a name that can be triggered or ticks. */
export async function jobViews(o: ServiceOptions): Promise<readonly JobView[]> {
  const cursors = new Map((await o.ledger.cursors("schedule:")).map((c) => [c.name, c]));
  const now = o.clock.now();
  const timing = (name: string, cron: string | undefined, timezone: string) => {
    const enabled = Boolean(cron) && (o.schedules ?? true) &&
      !isPaused(cursors.get(`schedule:${name}`));
    const ticks = enabled ? o.nextTicks(cron!, timezone, now, TICKS) : [];
    return { cron: cron ?? null, timezone, enabled, nextTicks: ticks.map(instant) };
  };
  const jobs = o.definitions.jobs.map(async (job): Promise<JobView> => {
    const [last] = await o.ledger.runs({ job: job.name, limit: 1 });
    return {
      name: job.name,
      description: job.description,
      selection: selectionText(job.assets, o.definitions.assets),
      assets: job.assets.length,
      ...timing(job.name, job.cron, job.timezone),
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
      ...timing(s.name, s.cron, s.timezone),
      last: last ? briefOf(summaryOf(last.run)) : null,
    };
  });
  return await Promise.all([...jobs, ...schedules]);
}

/** All sensors with what they last did. */
export async function sensorViews(o: ServiceOptions): Promise<readonly SensorView[]> {
  const cursors = new Map((await o.ledger.cursors("sensor:")).map((c) => [c.name, c]));
  const enabled = o.schedules ?? true;
  return o.definitions.sensors.map((sensor) => {
    const cursor = cursors.get(`sensor:${sensor.name}`);
    const next = cursor ? new Date(cursor.at.getTime() + sensor.every) : o.clock.now();
    return {
      name: sensor.name,
      description: `Looks every ${sensor.every / 1_000} s, declared in ${sensor.declaredAt}`,
      enabled,
      intervalSeconds: sensor.every / 1_000,
      cursor: cursor ? canonicalJson(cursor.value) : null,
      lastTickAt: instant(cursor?.at ?? null),
      lastResult: cursor?.result ?? null,
      lastOutcome: cursor?.outcome ?? null,
      lastRun: cursor?.run ?? null,
      nextTickAt: enabled ? instant(next) : null,
    };
  });
}
