/**
 * What the engine remembers, as values: runs, steps, attempts, materializations, facts.
 *
 * @module
 */
import type { Emitted, Metadata, Retry } from "../declare/asset.ts";
import type { Severity } from "../declare/check.ts";
import type { Json } from "../declare/store.ts";

/** One slice of one asset; the partition as text, empty where the asset is one piece. */
export interface SliceKey {
  /** Asset name. */
  readonly asset: string;
  /** Partition key as text. */
  readonly partition: string;
}

/** Where a run stands; the last three are terminal. A queued run waits for others of its job to end. */
export type RunState = "queued" | "running" | "success" | "failed" | "cancelled";

/**
 * Where a step stands; the last four are terminal. `waiting` waits for steps of its run (or for its run), `queued` for a
 * worker. A step is `skipped` when a step that it needs did not succeed.
 */
export type StepState =
  | "waiting"
  | "queued"
  | "running"
  | "success"
  | "failed"
  | "skipped"
  | "cancelled";

/**
 * How an attempt ended. Neither counts against the retries: `lost`, since its worker died or was cut off; `postponed`,
 * since it asked for another try that does not.
 */
export type AttemptState = "running" | "success" | "failed" | "lost" | "postponed" | "cancelled";

/** What went wrong, as it was thrown. */
export type StepError = {
  /** What was being done, with what, and what happened. */
  readonly message: string;
  /** The messages of the chain of causes, outermost first. */
  readonly causes: readonly string[];
  /** Of the innermost cause, if there is one. */
  readonly stack: string | null;
};

/** An input that a step has to read in one version, instead of the visible one. */
export type Pin = {
  /** Name of the dep. */
  readonly input: string;
  /** Asset name. */
  readonly asset: string;
  /** Partition key as text. */
  readonly partition: string;
  /** In decimal; null for the visible one, which an earlier step of the same run makes. */
  readonly version: string | null;
  /** Its data version; null with the version. */
  readonly dataVersion: string | null;
};

/** One slice to compute, as planned. */
export interface PlannedStep extends SliceKey {
  /** Why it is in the plan, in words. */
  readonly reason: string;
  /** Indexes of the steps of the same plan that must succeed before. */
  readonly needs: readonly number[];
  /** Which workers may run it. */
  readonly queue: string;
  /** Smaller first. */
  readonly priority: number;
  /** Slots it takes, by pool. */
  readonly pools: { readonly [pool: string]: number };
  /** How failures are retried. */
  readonly retry: Retry;
  /** All that it reads, if that is fixed; the visible versions unless given. */
  readonly pins?: readonly Pin[] | undefined;
}

/** Who or what asked for a run. */
export type Trigger = "schedule" | "sensor" | "condition" | "ui" | "cli" | "api" | "backfill";

/** A run to be remembered. */
export interface Submission {
  /** Two submissions with the same key are one run. */
  readonly key: string | null;
  /** The job it belongs to. */
  readonly job: string | null;
  /** Active runs its job allows; further ones wait. Infinity without a job. */
  readonly maxActiveRuns: number;
  /** What it makes, in words. */
  readonly title: string;
  /** The partition it is about, if it is about one. */
  readonly partition: string | null;
  /** Who asked. */
  readonly trigger: Trigger;
  /** The name of the schedule, sensor or person. */
  readonly by: string | null;
  /** Why, in words. */
  readonly reason: string;
  /** Smaller first. */
  readonly priority: number;
  /** Milliseconds that it may take from its admission; as long as it takes unless given. */
  readonly timeoutMs?: number | undefined;
  /** The run that it runs again. */
  readonly parent?: string | undefined;
  /** In an order in which each comes after those that it needs. */
  readonly steps: readonly PlannedStep[];
  /** Version of the code that it was planned with; only workers with the same code take its steps. Any if not given. */
  readonly code?: string | null;
}

/** The run that a submission became. */
export interface Submitted {
  /** Its id. */
  readonly run: string;
  /** How many steps it has. */
  readonly steps: number;
  /** False if a run with the same key was there already. */
  readonly created: boolean;
}

/** A step that is a worker's for now. */
export interface Claimed extends SliceKey {
  /** The run. */
  readonly run: string;
  /** Place in the plan of the run, from 0. */
  readonly step: number;
  /** From 1; with `run` and `step` the fencing token. */
  readonly attempt: number;
  /** Unique to this attempt over all runs; grows. */
  readonly version: bigint;
  /** Attempts before this one that failed by themselves; lost and postponed ones do not count. */
  readonly failures: number;
  /** As planned. */
  readonly reason: string;
  /** When the attempt began. */
  readonly startedAt: Date;
  /** {@linkcode PlannedStep.pins} */
  readonly pins?: readonly Pin[] | undefined;
}

/** What an input was when a slice was computed. */
export type InputRecord = {
  /** Name of the dep. */
  readonly input: string;
  /** Asset name. */
  readonly asset: string;
  /** Partition key as text. */
  readonly partition: string;
  /** Version that was read, in decimal. */
  readonly version: string;
  /** Its data version. */
  readonly dataVersion: string;
};

/** What a check said. */
export interface CheckRecord {
  /** Name of the check. */
  readonly check: string;
  /** How bad it is, if it failed. */
  readonly severity: Severity;
  /** Whether a failure withholds the version. */
  readonly blocking: boolean;
  /** Whether the statement holds. */
  readonly passed: boolean;
  /** Why not. */
  readonly reason: string | null;
  /** Shown and plotted. */
  readonly metadata: Metadata;
}

/** A value that was computed, ready to be published. */
export interface Result {
  /** Fingerprint of the code. */
  readonly code: string;
  /** Fingerprint of the config. */
  readonly config: string;
  /** Equal data versions mean equal data. */
  readonly dataVersion: string;
  /** What was read. */
  readonly inputs: readonly InputRecord[];
  /** What was reported. */
  readonly metadata: Metadata;
  /** The value, or where the asset's own store put it. */
  readonly value: Json;
  /** What the checks said. */
  readonly checks: readonly CheckRecord[];
  /** What is to be told to other systems. */
  readonly events: readonly Emitted[];
}

/** How an attempt ended. */
export type Outcome =
  & Pick<Claimed, "run" | "step" | "attempt">
  & (
    | { readonly state: "success"; readonly result: Result }
    | {
      readonly state: "failed";
      readonly error: StepError;
      /** When to try again; null if it is final. */
      readonly retryAt: Date | null;
      /** False if the attempt is none of those that are counted; only where there is another one. @default {true} */
      readonly counts?: false;
      /** A version whose blocking check failed: kept as evidence, not published. */
      readonly withheld?: Result;
    }
    | { readonly state: "cancelled"; readonly error: StepError }
  );

/** An attempt that its worker has to stop. */
export interface Revoked extends Pick<Claimed, "run" | "step" | "attempt"> {
  /** Why, in words: who cancelled it, or that it was taken from the worker. */
  readonly reason: string;
}

/** The answer to outcomes. */
export interface Finished {
  /** `run/step/attempt` of the outcomes that were taken; the others were fenced off: the attempt was not theirs any more. */
  readonly accepted: readonly string[];
  /** Steps that became ready and are the worker's at once. */
  readonly next: readonly Claimed[];
  /** Whether the queue was looked at, as `ask.more` says, and had less than there was room for. */
  readonly drained: boolean;
}

/** A published or withheld materialization. */
export interface MaterializationRecord extends SliceKey {
  /** Unique, grows. */
  readonly version: bigint;
  /** When it was committed. */
  readonly at: Date;
  /** The run. */
  readonly run: string;
  /** Place in the plan of the run. */
  readonly step: number;
  /** Milliseconds from the start of the attempt. */
  readonly durationMs: number;
  /** Fingerprint of the code. */
  readonly code: string;
  /** Fingerprint of the config. */
  readonly config: string;
  /** Equal data versions mean equal data. */
  readonly dataVersion: string;
  /** What was read. */
  readonly inputs: readonly InputRecord[];
  /** What was reported. */
  readonly metadata: Metadata;
  /** The value, or where the asset's own store put it. */
  readonly value: Json;
  /** False if a blocking check failed. */
  readonly published: boolean;
}

/** What is known of a slice now. */
export interface SliceState extends SliceKey {
  /** The visible version without its value, or null if there is none. */
  readonly visible: Omit<MaterializationRecord, "value"> | null;
  /** The last attempt that ended; null if none did. */
  readonly last: { readonly state: AttemptState; readonly at: Date; readonly run: string } | null;
  /** Of the last attempt, if it failed. */
  readonly error: StepError | null;
  /** The run in which it waits, is queued or runs. */
  readonly inFlight: { readonly run: string; readonly state: StepState } | null;
}

/** A run as remembered. */
export interface RunRecord
  extends Omit<Submission, "steps" | "maxActiveRuns" | "timeoutMs" | "parent" | "code"> {
  /** Its id: decimal, grows. */
  readonly id: string;
  /** Where it stands. */
  readonly state: RunState;
  /** Milliseconds that it may take; null: as long as it takes. */
  readonly timeoutMs: number | null;
  /** Whether it failed because its time was over. */
  readonly timedOut: boolean;
  /** The run that it runs again. */
  readonly parent: string | null;
  /** When it was submitted. */
  readonly createdAt: Date;
  /** When its first step was claimed. */
  readonly startedAt: Date | null;
  /** When its last step ended. */
  readonly endedAt: Date | null;
  /** How many steps stand where. */
  readonly steps: { readonly [S in StepState]: number };
  /** Version of the code with which it goes on; null: any. */
  readonly code: string | null;
  /** Version with which it began, if it had to go on with another one. */
  readonly codeBefore: string | null;
  /** The first error; who cancelled it, if there was none before. */
  readonly error: StepError | null;
}

/** What an attempt said after its step had been taken from it: evidence, not state. */
export interface LateResult {
  /** When it was refused. */
  readonly at: Date;
  /** Who offered it. */
  readonly worker: string;
  /** What it would have been. */
  readonly state: "success" | "failed";
  /** Of a success; the value itself is not kept. */
  readonly dataVersion: string | null;
  /** Of a failure. */
  readonly error: StepError | null;
}

/** A try of a step as remembered. */
export interface AttemptRecord {
  /** From 1. */
  readonly attempt: number;
  /** How it ended. */
  readonly state: AttemptState;
  /** Unique to this attempt over all runs. */
  readonly version: bigint;
  /** Who ran it. */
  readonly worker: string;
  /** When it could have begun. */
  readonly readyAt: Date;
  /** When it began. */
  readonly startedAt: Date;
  /** When it ended. */
  readonly endedAt: Date | null;
  /** What went wrong. */
  readonly error: StepError | null;
  /** What its worker offered when it was too late. */
  readonly late?: LateResult;
}

/** A step as remembered. */
export interface StepRecord extends PlannedStep {
  /** Place in the plan, from 0. */
  readonly step: number;
  /** Where it stands. */
  readonly state: StepState;
  /** When it could have begun. */
  readonly readyAt: Date | null;
  /** When its last attempt began. */
  readonly startedAt: Date | null;
  /** When it ended. */
  readonly endedAt: Date | null;
  /** Oldest first. */
  readonly attempts: readonly AttemptRecord[];
  /** Of the last attempt, or why it was skipped. */
  readonly error: StepError | null;
}

/** A line of a log. */
export interface LogRecord {
  /** When it was written. */
  readonly at: Date;
  /** The run. */
  readonly run: string;
  /** Place in the plan; null for the run itself. */
  readonly step: number | null;
  /** Which try; null for the run itself. */
  readonly attempt: number | null;
  /** `event` is written by the engine, the others by code. */
  readonly level: "debug" | "info" | "warn" | "error" | "event";
  /** The text. */
  readonly message: string;
  /** Structured fields. */
  readonly fields: Metadata | null;
}

/** A check of a slice as remembered. */
export interface CheckState extends CheckRecord, SliceKey {
  /** When it ran. */
  readonly at: Date;
  /** In which run. */
  readonly run: string;
}

/** A worker as remembered. */
export interface WorkerRecord {
  /** Unique, grows. */
  readonly id: string;
  /** Where it runs. */
  readonly host: string;
  /** Process id there. */
  readonly pid: number;
  /** Which steps it takes. */
  readonly queues: readonly string[];
  /** How many at once. */
  readonly slots: number;
  /** Version of its code; null: it did not tell. */
  readonly code: string | null;
  /** When it was first seen. */
  readonly startedAt: Date;
  /** When it last said that it lives. */
  readonly seenAt: Date;
}

/** Something that happened, in commit order. */
export interface Fact {
  /** Place in the order: opaque, compares as text of equal length. */
  readonly seq: string;
  /** When it happened. */
  readonly at: Date;
  /**
   * `run` and `step`: a transition, the new state in `state`. `materialized`: a version was published. `withheld`: a
   * blocking check failed. `tick`: a schedule, sensor or condition was evaluated. `alert`: an episode opened or ended.
   * `backfill`: the backfill in `name` was submitted or changed.
   * `keys`: keys of the dynamic set in `name` were `added` or `removed`.
   */
  readonly kind:
    | "run"
    | "step"
    | "materialized"
    | "withheld"
    | "tick"
    | "alert"
    | "worker"
    | "backfill"
    | "keys";
  /** Asset name, or the name of the schedule or sensor. */
  readonly name: string | null;
  /** Partition key as text. */
  readonly partition: string | null;
  /** The run. */
  readonly run: string | null;
  /** Place in the plan. */
  readonly step: number | null;
  /** The new state, where it is a transition. */
  readonly state: string | null;
  /** What else is known. */
  readonly data: Json;
}

/** Where a schedule, sensor or other reader stands. */
export interface CursorRecord {
  /** `schedule:feature_engineering_pipeline`, `sensor:new_life_events`. */
  readonly name: string;
  /** Its own notion of how far it is. */
  readonly value: Json;
  /** Counts the advances; who advances must name it. */
  readonly revision: number;
  /** When it was last advanced. */
  readonly at: Date;
  /** What came of it, in words. */
  readonly result: string | null;
  /** Whether it requested, did nothing or failed. */
  readonly outcome: "requested" | "skipped" | "failed" | null;
  /** The last run that it requested. */
  readonly run: string | null;
}

/** A step of a cursor, with the runs that it causes; all of it happens or nothing. */
export interface Advance {
  /** {@linkcode CursorRecord.name} */
  readonly name: string;
  /** {@linkcode CursorRecord.revision} that was read; 0 if there was none. */
  readonly revision: number;
  /** The new value. */
  readonly value: Json;
  /** What came of it, in words. */
  readonly result: string;
  /** Whether it requested, did nothing or failed. */
  readonly outcome: "requested" | "skipped" | "failed";
  /** Runs to submit. */
  readonly submissions: readonly Submission[];
  /** What else the fact keeps in {@linkcode Fact.data}, beside the result. */
  readonly data?: { readonly [name: string]: Json };
}

/**
 * What is wrong. `run`: the last run of a job failed. `failed`: a step whose retries are used up. `resource`: pools,
 * queue, memory, disk, connections or outbox run short. `delivery`: a channel of alerts fails. `test`: nothing, somebody
 * tries the channels. `other` is opened by code of a project.
 */
export type AlertKind = (typeof ALERT_KINDS)[number];

/** All kinds of alerts. */
export const ALERT_KINDS = [
  "late",
  "failed",
  "run",
  "check",
  "automation",
  "long",
  "resource",
  "delivery",
  "test",
  "other",
] as const;

/** An episode of something being wrong. */
export interface AlertRecord {
  /** Unique, grows. */
  readonly id: string;
  /** What the episode is about; at most one is open of each: `late:features/activity`. */
  readonly episode: string;
  /** What is wrong. */
  readonly kind: AlertKind;
  /** How bad it is. */
  readonly severity: Severity;
  /** The asset, if it is about one. */
  readonly asset: string | null;
  /** The run, if it is about one. */
  readonly run: string | null;
  /** In a few words. */
  readonly title: string;
  /** In some sentences. */
  readonly message: string;
  /** When it began. */
  readonly openedAt: Date;
  /** When it ended. */
  readonly resolvedAt: Date | null;
  /** Channels that were told of the opening. */
  readonly openSent: readonly string[];
  /** Channels that were told of the end. */
  readonly resolvedSent: readonly string[];
  /** When somebody said that they look after it; null: nobody did. */
  readonly acknowledgedAt: Date | null;
  /** Who that was. */
  readonly acknowledgedBy: string | null;
  /** What they said. */
  readonly note: string | null;
}
