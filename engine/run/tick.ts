/**
 * Schedules: what the crons of jobs ask for, once each, whoever asks.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Job } from "../declare/job.ts";
import { keyText } from "../declare/partitions.ts";
import { type Due, due, type NextTick } from "../decide/due.ts";
import { submissionOf } from "../decide/submission.ts";
import type { Target } from "../decide/targets.ts";
import type { Definitions } from "../graph/define.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Advance, CursorRecord, Submission } from "../ledger/records.ts";
import { errorOf } from "./error_of.ts";

/** Where the cursor of a schedule stands. */
type Cursor = { readonly tick: string; readonly paused?: boolean };

/** The name of the cursor of a schedule. */
export const scheduleCursor = (name: string): string => `schedule:${name}`;

/** A cron with what a tick of it asks for. */
interface Rule {
  readonly name: string;
  readonly cron: string;
  readonly timezone: string;
  readonly catchUp: Job["catchUp"];
  submission(tick: Date): Submission | undefined;
}

/** The slices that a job asks for at an instant: the newest that has ended, of each of its assets. */
export function targetsAt(job: Pick<Job, "assets">, at: Date, reason: string): Target[] {
  return job.assets.flatMap((asset) => {
    const key = asset.partitions.newest(at);
    if (key === undefined && asset.partitions.grain !== "none") return [];
    return [{ asset, key, partition: keyText(key), reason }];
  });
}

function rulesOf(definitions: Definitions): Rule[] {
  const ofJobs = definitions.jobs.filter((j) => j.cron !== undefined).map((job): Rule => ({
    name: job.name,
    cron: job.cron!,
    timezone: job.timezone,
    catchUp: job.catchUp,
    submission(tick) {
      const reason = `schedule "${job.name}" at ${tick.toISOString()}`;
      const key = `schedule:${job.name}:${tick.toISOString()}`;
      const asking = {
        key,
        job,
        title: job.name,
        trigger: "schedule",
        by: job.name,
        reason,
      } as const;
      const targets = targetsAt(job, tick, reason);
      return targets.length ? submissionOf(definitions, targets, asking, tick) : undefined;
    },
  }));
  const ofSchedules = definitions.schedules.map((s): Rule => ({
    name: s.name,
    cron: s.cron,
    timezone: s.timezone,
    catchUp: "latest",
    submission(tick) {
      const reason = `schedule "${s.name}" at ${tick.toISOString()}`;
      const key = `schedule:${s.name}:${tick.toISOString()}`;
      const at = s.partition(tick);
      const targets = s.assets.map((asset: Asset): Target => ({
        asset,
        key: at as never,
        partition: keyText(at as never),
        reason,
      }));
      return submissionOf(
        definitions,
        targets,
        { key, trigger: "schedule", by: s.name, reason },
        tick,
      );
    },
  }));
  return [...ofJobs, ...ofSchedules];
}

/** What the loop of the schedules needs. */
export interface Ticking {
  /** What exists. */
  readonly definitions: Definitions;
  /** Where cursors stand. */
  readonly ledger: Pick<Ledger, "cursors" | "advance">;
  /** How crons are read. */
  readonly next: NextTick;
}

/**
 * Acts on every tick that has passed, in one transaction per schedule: cursor and runs move together, so a tick is acted
 * upon once, with any number of servers. A schedule that is seen for the first time begins now. One whose code fails tells
 * so and goes on with its next tick; the others are not touched. Gives the instant of the next tick of all.
 */
export async function tick(o: Ticking, now: Date): Promise<Date | undefined> {
  const cursors = new Map((await o.ledger.cursors("schedule:")).map((c) => [c.name, c]));
  let soonest: Date | undefined;
  for (const rule of rulesOf(o.definitions)) {
    const cursor = cursors.get(scheduleCursor(rule.name));
    const step = stepOf(o, rule, cursor, now);
    if (step) await o.ledger.advance(step);
    const next = nextOf(o, rule, now);
    if (next && (!soonest || next < soonest)) soonest = next;
  }
  return soonest;
}

/** Undefined also of a cron that cannot be read: its cursor tells of that. */
function nextOf(o: Ticking, { cron, timezone }: Rule, now: Date): Date | undefined {
  try {
    return o.next(cron, timezone, now);
  } catch {
    return undefined;
  }
}

/** What a look does to the cursor of a schedule; undefined if nothing. */
function stepOf(
  o: Ticking,
  rule: Rule,
  cursor: CursorRecord | undefined,
  now: Date,
): Advance | undefined {
  const move = { name: scheduleCursor(rule.name), revision: cursor?.revision ?? 0 };
  const none = { submissions: [] };
  const at = (cursor?.value ?? { tick: now.toISOString() }) as Cursor;
  if (at.paused) return undefined;
  let found: Due;
  try {
    found = due(rule, new Date(at.tick), now, o.next);
  } catch (error) {
    const result = textOf(error);
    // Once, not at each look.
    if (cursor?.result === result) return undefined;
    return { ...move, ...none, value: at, result, outcome: "failed" };
  }
  if (cursor === undefined) {
    const result = "first seen: waits for its next tick";
    return { ...move, ...none, value: at, result, outcome: "skipped" };
  }
  if (found.newest === undefined) return undefined;
  const value: Cursor = { tick: found.newest.toISOString() };
  try {
    return { ...move, value, ...asked(rule, found) };
  } catch (error) {
    return { ...move, ...none, value, result: textOf(error), outcome: "failed" };
  }
}

function textOf(error: unknown): string {
  const { message, causes } = errorOf(error);
  return [message, ...causes].join(": ");
}

function asked(
  rule: Rule,
  { ticks, skipped, newest }: Due,
): Pick<Advance, "result" | "outcome" | "submissions"> {
  const submissions = ticks.map((t) => rule.submission(t)).filter((s) => s !== undefined);
  const missed = skipped ? `, ${skipped} missed before` : "";
  const tick = newest!.toISOString();
  if (submissions.length) {
    return { submissions, outcome: "requested", result: `requested at ${tick}${missed}` };
  }
  const result = ticks.length
    ? `nothing to request at ${tick}: no slice has ended${missed}`
    : `missed the tick of ${tick}${missed}: its policy is not to catch up`;
  return { submissions, outcome: "skipped", result };
}
