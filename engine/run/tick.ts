/**
 * Schedules: what the crons of jobs ask for, once each, whoever asks.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Job } from "../declare/job.ts";
import { keyText } from "../declare/partitions.ts";
import { due, type NextTick } from "../decide/due.ts";
import { submissionOf } from "../decide/submission.ts";
import type { Target } from "../decide/targets.ts";
import type { Definitions } from "../graph/define.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { CursorRecord, Submission } from "../ledger/records.ts";

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
      return submissionOf(definitions, targetsAt(job, tick, reason), asking, tick);
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
 * upon once, with any number of servers. A schedule that is seen for the first time begins now. Gives the instant of the
 * next tick of all.
 */
export async function tick(o: Ticking, now: Date): Promise<Date | undefined> {
  const cursors = new Map((await o.ledger.cursors("schedule:")).map((c) => [c.name, c]));
  let soonest: Date | undefined;
  for (const rule of rulesOf(o.definitions)) {
    await one(o, rule, cursors.get(scheduleCursor(rule.name)), now);
    const next = o.next(rule.cron, rule.timezone, now);
    if (next && (!soonest || next < soonest)) soonest = next;
  }
  return soonest;
}

async function one(o: Ticking, rule: Rule, cursor: CursorRecord | undefined, now: Date) {
  const name = scheduleCursor(rule.name);
  const move = { name, revision: cursor?.revision ?? 0 };
  if (cursor === undefined) {
    const value: Cursor = { tick: now.toISOString() };
    const result = "first seen: waits for its next tick";
    await o.ledger.advance({ ...move, value, result, outcome: "skipped", submissions: [] });
    return;
  }
  const at = cursor.value as Cursor;
  if (at.paused) return;
  const found = due(rule, new Date(at.tick), now, o.next);
  if (found.newest === undefined) return;
  const submissions = found.ticks.map((t) => rule.submission(t)).filter((s) => s !== undefined);
  const missed = found.skipped ? `, ${found.skipped} missed before` : "";
  const result = submissions.length
    ? `requested at ${found.newest.toISOString()}${missed}`
    : `missed the tick of ${found.newest.toISOString()}${missed}: its policy is not to catch up`;
  const outcome = submissions.length ? "requested" : "skipped";
  const value: Cursor = { tick: found.newest.toISOString() };
  await o.ledger.advance({ ...move, value, result, outcome, submissions });
}
