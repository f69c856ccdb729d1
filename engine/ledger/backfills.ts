/**
 * What is remembered of backfills: one row each, and one for each of their runs; never one for each partition.
 *
 * @module
 */
import type { Json } from "../declare/store.ts";
import type { RunState, StepError, StepState, Submission, Submitted, Trigger } from "./records.ts";

/** Where a backfill stands; the last three are terminal. */
export type BackfillState = "running" | "paused" | "success" | "failed" | "cancelled";

/** A backfill to be remembered. */
export interface BackfillSubmission {
  /** Two submissions with the same key are one backfill. */
  readonly key: string;
  /** Whether the key is taken for ever; else only until the backfill has ended. */
  readonly once: boolean;
  /** What it makes, in words. */
  readonly title: string;
  /** Who asked. */
  readonly trigger: Trigger;
  /** The name of the person, if it is known. */
  readonly by: string | null;
  /** Why, in words. */
  readonly reason: string;
  /** What was asked for, as it was asked. */
  readonly definition: Json;
  /** The slices of each asset as the text of `rangesOf()`, and how many they are. */
  readonly slices: {
    readonly [asset: string]: { readonly ranges: string; readonly count: number };
  };
  /** How many slices they are together. */
  readonly total: number;
  /** How many runs they are cut into. */
  readonly runs: number;
  /** Partitions to a run; null is a single run. */
  readonly chunk: number | null;
  /** Newest partitions first. */
  readonly reverse: boolean;
  /** Runs that may be active at once. */
  readonly concurrency: number;
}

/** How far the runs that have ended came. */
export interface BackfillDone {
  /** Runs that succeeded. */
  readonly success: number;
  /** Runs that failed. */
  readonly failed: number;
  /** Runs that somebody cancelled. */
  readonly cancelled: number;
  /** Milliseconds that they took together, from the first claim to the end. */
  readonly ms: number;
  /** Their steps, by state. */
  readonly steps: { readonly [S in StepState]: number };
}

/** A run of a backfill that has not been counted as done. */
export interface BackfillRun {
  /** Its place among the runs of the backfill, from 0. */
  readonly place: number;
  /** Its id. */
  readonly run: string;
  /** Where it stands. */
  readonly state: RunState;
  /** When its first step was claimed. */
  readonly startedAt: Date | null;
  /** When it ended. */
  readonly endedAt: Date | null;
  /** How many steps stand where. */
  readonly steps: { readonly [S in StepState]: number };
}

/** A backfill as remembered. */
export interface BackfillRecord extends BackfillSubmission {
  /** Its id: decimal, grows. */
  readonly id: string;
  /** Where it stands. */
  readonly state: BackfillState;
  /** Counts the changes; who advances must name it. */
  readonly revision: number;
  /** The places of the runs that were submitted, as ranges: `0..41,43`. */
  readonly submitted: string;
  /** The runs that have ended and were counted. */
  readonly done: BackfillDone;
  /** The other submitted runs. */
  readonly active: readonly BackfillRun[];
  /** When it was submitted. */
  readonly createdAt: Date;
  /** When it ended. */
  readonly endedAt: Date | null;
  /** Why it failed as a whole, or who cancelled it. */
  readonly error: StepError | null;
}

/** A step of a backfill; all of it happens or nothing. */
export interface BackfillAdvance {
  /** {@linkcode BackfillRecord.id} */
  readonly id: string;
  /** {@linkcode BackfillRecord.revision} that was read. */
  readonly revision: number;
  /** The new state. */
  readonly state: BackfillState;
  /** The new {@linkcode BackfillRecord.done}. */
  readonly done: BackfillDone;
  /** Places of the runs that are counted in it from now on. */
  readonly counted: readonly number[];
  /** The new {@linkcode BackfillRecord.submitted}. */
  readonly submitted: string;
  /** Runs to submit. */
  readonly submissions: readonly { readonly place: number; readonly run: Submission }[];
  /** Why it failed as a whole. */
  readonly error: StepError | null;
}

/** The backfill that a submission became. */
export interface SubmittedBackfill {
  /** Its id. */
  readonly id: string;
  /** False if a backfill with the same key was there already. */
  readonly created: boolean;
}

/** Which backfills. Newest first. */
export interface BackfillQuery {
  /** Only this one. */
  readonly id?: string | undefined;
  /** Only those of this key. */
  readonly key?: string | undefined;
  /** Only those that have not ended. */
  readonly open?: boolean | undefined;
  /** At most so many. */
  readonly limit: number;
}

/** Remembering backfills. */
export interface Backfills {
  /** Remembers a backfill, or finds the one with the same key. Submits no run yet. */
  startBackfill(submission: BackfillSubmission): Promise<SubmittedBackfill>;
  /** Some backfills with the runs that are active. */
  backfills(query: BackfillQuery): Promise<readonly BackfillRecord[]>;
  /**
   * Moves a backfill on and submits its runs. Undefined if somebody else changed it first: nothing happened. A fact tells
   * of it.
   */
  advanceBackfill(step: BackfillAdvance): Promise<readonly Submitted[] | undefined>;
  /** Lets a running backfill submit nothing more. False if it is not running. */
  pauseBackfill(id: string): Promise<boolean>;
  /** Lets a paused backfill go on. False if it is not paused. */
  resumeBackfill(id: string): Promise<boolean>;
  /** Ends a backfill with all of its runs, as `cancel()` ends each. False if it had ended already. */
  cancelBackfill(id: string, by: string): Promise<boolean>;
}

/** Nothing has ended yet. */
export const nothingDone: BackfillDone = {
  success: 0,
  failed: 0,
  cancelled: 0,
  ms: 0,
  steps: { waiting: 0, queued: 0, running: 0, success: 0, failed: 0, skipped: 0, cancelled: 0 },
};

/** The key of a run of a backfill. */
export const backfillRunKey = (id: string, place: number): string => `backfill:${id}:${place}`;
