/**
 * Everything that ticks, and what each tick asks for.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Job } from "../declare/job.ts";
import { keyText, type PartitionKey } from "../declare/partitions.ts";
import type { Schedule } from "../declare/schedule.ts";
import type { Definitions } from "../graph/define.ts";
import type { Submission } from "../ledger/records.ts";
import type { CronRule } from "./due.ts";
import { newestOf } from "./line.ts";
import { submissionOf } from "./submission.ts";
import type { Target } from "./targets.ts";

/** A job with a cron, or a schedule, with what a tick of it asks for. */
export interface Rule extends CronRule {
  /** Of the job or the schedule. */
  readonly name: string;
  /** At most so many milliseconds later it is acted upon. */
  readonly jitterMs: number;
  /** The run of a tick; undefined if no slice of it has ended. */
  submission(tick: Date): Submission | undefined;
}

/** The slices that a job asks for at an instant: the newest that has ended, of each line of its assets. */
export function targetsAt(job: Pick<Job, "assets">, at: Date, reason: string): Target[] {
  return job.assets.flatMap((asset) =>
    newestOf(asset.partitions, at).map(({ key, partition }) => ({ asset, key, partition, reason }))
  );
}

/** All rules of the definitions: jobs that have a cron, then schedules. */
export function rulesOf(definitions: Definitions): readonly Rule[] {
  const { jobs, schedules } = definitions;
  return [
    ...jobs.flatMap((j) => j.cron === undefined ? [] : [ruleOfJob(definitions, j, j.cron)]),
    ...schedules.map((s) => ruleOfSchedule(definitions, s)),
  ];
}

function ruleOfJob(definitions: Definitions, job: Job, cron: string): Rule {
  const { name, timezone, catchUp, jitterMs } = job;
  return {
    name,
    cron,
    timezone,
    catchUp,
    jitterMs,
    submission(tick) {
      const asking = { ...askingAt(name, tick), job, title: name };
      const targets = targetsAt(job, tick, asking.reason);
      return targets.length ? submissionOf(definitions, targets, asking, tick) : undefined;
    },
  };
}

function ruleOfSchedule(definitions: Definitions, schedule: Schedule): Rule {
  const { name, cron, timezone, catchUp, jitterMs } = schedule;
  return {
    name,
    cron,
    timezone,
    catchUp,
    jitterMs,
    submission(tick) {
      const asking = askingAt(name, tick);
      const partition = keyText(schedule.partition(tick) as PartitionKey);
      const targets = schedule.assets.map((asset): Target => {
        const key = keyIn(asset, partition, name);
        return { asset, key, partition, reason: asking.reason };
      });
      return submissionOf(definitions, targets, asking, tick);
    },
  };
}

/** The slice that the code of a schedule names. */
function keyIn({ name, partitions }: Asset, partition: string, schedule: string): PartitionKey {
  try {
    return partitions.parse(partition);
  } catch (cause) {
    const asked = `schedule "${schedule}" asks for slice "${partition}" of "${name}"`;
    throw new RangeError(`Cannot tick: ${asked}, which it cannot have`, { cause });
  }
}

/** A tick is one run, whoever asks for it and how often. */
const askingAt = (name: string, tick: Date) => ({
  key: `schedule:${name}:${tick.toISOString()}`,
  trigger: "schedule" as const,
  by: name,
  reason: `schedule "${name}" at ${tick.toISOString()}`,
});
