/**
 * Targets as a run to be remembered.
 *
 * @module
 */
import type { Job } from "../declare/job.ts";
import type { Definitions } from "../graph/define.ts";
import type { Submission, Trigger } from "../ledger/records.ts";
import { plan } from "./plan.ts";
import type { Target } from "./targets.ts";

/** The limits of a job that hold for its runs. */
export type JobLimits = Pick<Job, "name" | "maxActiveRuns"> & Partial<Pick<Job, "timeoutMs">>;

/** Who asks for a run and why. */
export interface Asking {
  /** Two submissions with the same key are one run. */
  readonly key?: string | null;
  /** The job whose limits hold. */
  readonly job?: JobLimits | undefined;
  /** The run that is run again. */
  readonly parent?: string;
  /** What it makes, in words; the assets unless given. */
  readonly title?: string;
  /** Who asks. */
  readonly trigger: Trigger;
  /** The name of the schedule, sensor or person. */
  readonly by: string | null;
  /** Why, in words. */
  readonly reason: string;
  /** Smaller first. @default {0} */
  readonly priority?: number;
}

/** Names in a line, the first few of them. */
export function titleOf(names: readonly string[]): string {
  const once = [...new Set(names)];
  return once.length <= 3
    ? once.join(", ")
    : `${once.slice(0, 2).join(", ")} and ${once.length - 2} more`;
}

/** The slices of a run in a word: the one that all share, a range, or null. */
export function partitionsText(partitions: readonly string[]): string | null {
  const once = [...new Set(partitions)].filter((p) => p !== "").sort();
  if (once.length === 0) return null;
  return once.length === 1 ? once[0]! : `${once[0]}..${once.at(-1)}`;
}

/** A run that computes the targets. */
export function submissionOf(
  definitions: Definitions,
  targets: readonly Target[],
  asking: Asking,
  now: Date,
): Submission {
  return {
    key: asking.key ?? null,
    job: asking.job?.name ?? null,
    maxActiveRuns: asking.job?.maxActiveRuns ?? Infinity,
    title: asking.title ?? titleOf(targets.map((t) => t.asset.name)),
    partition: partitionsText(targets.map((t) => t.partition)),
    trigger: asking.trigger,
    by: asking.by,
    reason: asking.reason,
    priority: asking.priority ?? 0,
    ...(asking.job?.timeoutMs === undefined ? {} : { timeoutMs: asking.job.timeoutMs }),
    ...(asking.parent === undefined ? {} : { parent: asking.parent }),
    steps: plan(definitions, targets, now),
  };
}
