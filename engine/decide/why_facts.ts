/**
 * What an explanation is made of, and what it needs to know.
 *
 * @module
 */
import type { Definitions } from "../graph/define.ts";
import type { CursorRecord, RunRecord, StepRecord, WorkerRecord } from "../ledger/records.ts";
import type { PoolRecord } from "../ledger/pools.ts";
import type { NextTick } from "./due.ts";
import type { Judgement } from "./judge.ts";

/** What a reason is about; programs tell reasons apart by it. */
export type ReasonKind =
  // How a slice stands.
  | "late"
  | "running"
  | "queued"
  | "waiting"
  | "failed"
  | "blocked"
  | "skipped"
  | "cancelled"
  | "missing"
  | "stale"
  | "behind"
  | "rebuilt"
  // Why it changed.
  | "code_changed"
  | "config_changed"
  | "deps_changed"
  | "input_changed"
  | "asked_for"
  // Why it did not succeed.
  | "error"
  | "check_failed"
  | "worker_lost"
  // What it waits for.
  | "upstream_running"
  | "same_slice_running"
  | "job_limit"
  | "pool_full"
  | "no_worker"
  | "no_free_slot"
  | "retry_later"
  | "about_to_start"
  // Why nobody asked.
  | "next_tick"
  | "schedule_paused"
  | "schedule_failed"
  | "condition_waits"
  | "no_automation"
  | "not_ended"
  | "history"
  | "external";

/** One reason, and the reasons of it. */
export interface Reason {
  /** What it is about. */
  readonly kind: ReasonKind;
  /** A sentence without its full stop. */
  readonly words: string;
  /** The asset, if it is about one. */
  readonly asset: string | null;
  /** The slice as text, if it is about one. */
  readonly partition: string | null;
  /** The run, if it is about one. */
  readonly run: string | null;
  /** Why that is so, most important first. */
  readonly because: readonly Reason[];
}

/** A run with its steps, as the ledger gives it. */
export interface RunFound {
  /** The run. */
  readonly run: RunRecord;
  /** Its steps in the order of the plan. */
  readonly steps: readonly StepRecord[];
}

/** A step with its run. */
export interface Flight extends RunFound {
  /** The step. */
  readonly step: StepRecord;
}

/** Something that an explanation would have to read first. */
export type Lack =
  | { readonly of: "run"; readonly id: string }
  | { readonly of: "runs"; readonly asset: string }
  | { readonly of: "active"; readonly job: string }
  | { readonly of: "condition"; readonly asset: string; readonly partition: string };

/** What is known when explaining. What was not read yet is named as a {@linkcode Lack}. */
export interface WhyFacts {
  /** What is declared. */
  readonly definitions: Definitions;
  /** Where everything stands. */
  readonly judgement: Judgement;
  /** Who works. */
  readonly workers: readonly WorkerRecord[];
  /** Pools with those who have slots of them. */
  readonly pools: readonly PoolRecord[];
  /** Where schedules stand. */
  readonly cursors: readonly CursorRecord[];
  /** What is paused: `schedule:nightly`. */
  readonly paused: ReadonlySet<string>;
  /** Since when an asset is known. */
  knownSince(asset: string): Date;
  /** How crons are read. */
  readonly next: NextTick;
  /** Runs that were read, by id; undefined of one that does not exist. */
  readonly runs: ReadonlyMap<string, RunFound | undefined>;
  /** Ids of the last runs of an asset, newest first. */
  readonly runsOf: ReadonlyMap<string, readonly string[]>;
  /** Runs of a job that are active. */
  readonly active: ReadonlyMap<string, readonly RunRecord[]>;
  /** Why the condition of a slice is not true, by `asset partition`; empty if it is. */
  readonly conditions: ReadonlyMap<string, readonly string[]>;
}

/** What a reason is made of; what is not given is nothing. */
export type Told = Pick<Reason, "kind" | "words"> & Partial<Reason>;

/** A reason with all its fields. */
export const reasonOf = (told: Told): Reason => ({
  asset: null,
  partition: null,
  run: null,
  because: [],
  ...told,
});

/** What went wrong, by its text. */
export function errorReason(message: string | undefined, run: string): Reason {
  const words = message ?? "the error was not recorded";
  const isLost = /^(Lost worker|Cannot run .* it killed its worker)/.test(words);
  const kind: ReasonKind = isLost ? "worker_lost" : "error";
  return reasonOf({ kind, words, run });
}

const ASKER: { readonly [trigger: string]: string } = {
  schedule: "schedule",
  sensor: "sensor",
  condition: "condition",
  backfill: "backfill",
};

/** Who asked for a run and why. */
export function askedReason({ run }: RunFound, reason?: string): Reason {
  const asker = ASKER[run.trigger];
  const who = asker ? `${asker}${run.by ? ` "${run.by}"` : ""}` : `a person (${run.trigger})`;
  const why = reason && reason !== run.reason ? `${run.reason}; ${reason}` : run.reason;
  return reasonOf({
    kind: "asked_for",
    words: `run ${run.id} was asked for by ${who}: ${why}`,
    run: run.id,
  });
}
