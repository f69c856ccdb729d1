/**
 * Backfills as people see them.
 *
 * @module
 */
import type { Json } from "../declare/store.ts";
import type { BackfillFilter, BackfillWish } from "../decide/choose_backfill.ts";
import type { BackfillState } from "../ledger/backfills.ts";

/** What to backfill: a job, a selection or names; a range, or all that exists of what is missing, failed or stale. */
export interface BackfillRequest extends Omit<BackfillWish, "only"> {
  /** The assets of this job. */
  readonly job?: string | undefined;
  /** Only slices that are one of these. */
  readonly only?: readonly BackfillFilter[] | undefined;
  /** Asking twice with the same key is asking once. Without it: asking twice for the same while it goes on. */
  readonly key?: string | undefined;
  /** Why, in words; part of the backfill. */
  readonly reason?: string | undefined;
  /** Who asks: `ui`, `cli`, `api`. */
  readonly triggeredBy?: string | undefined;
}

/** A backfill that was just asked for. */
export interface StartedBackfill {
  /** Its id. */
  readonly backfill: string;
  /** False if the same had been asked for before. */
  readonly created: boolean;
  /** How many slices it computes. */
  readonly slices: number;
  /** In how many runs. */
  readonly runs: number;
}

/** The slices of one asset. */
export interface BackfillAsset {
  readonly asset: string;
  /** As ranges: `2025-01-01..2025-01-31,2025-03-01`; null if the asset is one piece. */
  readonly partitions: string | null;
  readonly slices: number;
}

/** What a backfill would do. */
export interface BackfillPlanView {
  readonly title: string;
  readonly slices: number;
  readonly runs: number;
  readonly concurrency: number;
  readonly assets: readonly BackfillAsset[];
  /** The first runs, with their first slices. */
  readonly first: readonly {
    readonly partition: string | null;
    readonly slices: readonly { readonly asset: string; readonly partition: string | null }[];
    /** Further slices of the run. */
    readonly more: number;
  }[];
  /** From history; null if nothing of it ever ran. */
  readonly expectedMs: number | null;
  /** Why it would be refused; null if it would not. */
  readonly problem: string | null;
}

/** A backfill in one row. */
export interface BackfillView {
  readonly id: string;
  readonly status: BackfillState;
  readonly title: string;
  readonly reason: string;
  readonly triggeredBy: string;
  /** As it was asked. */
  readonly definition: Json;
  readonly assets: readonly BackfillAsset[];
  /** All slices. */
  readonly slices: number;
  /** Those that have ended. */
  readonly done: {
    readonly success: number;
    readonly failed: number;
    readonly skipped: number;
    readonly cancelled: number;
  };
  /** Those that are computed now. */
  readonly running: number;
  readonly runs: { readonly all: number; readonly ended: number; readonly failed: number };
  /** Runs that have not ended. */
  readonly active: readonly string[];
  readonly concurrency: number;
  readonly reverse: boolean;
  readonly createdAt: string;
  readonly endedAt: string | null;
  /** From its own runs, or from history before one has ended; null if nothing is known. */
  readonly remainingMs: number | null;
  /** Why it failed as a whole, or who cancelled it. */
  readonly error: string | null;
}

/** Backfills as seen by people. */
export interface BackfillService {
  /** What it would do; starts nothing. */
  planBackfill(request: BackfillRequest): Promise<BackfillPlanView>;
  /** Starts it, or finds the one that was asked for in the same words. */
  backfill(request: BackfillRequest): Promise<StartedBackfill>;
  /** Newest first. */
  backfills(
    filter?: { readonly open?: boolean | undefined; readonly limit?: number | undefined },
  ): Promise<readonly BackfillView[]>;
  /** One of them. */
  backfillView(id: string): Promise<BackfillView | undefined>;
  /** Lets it submit nothing more; what runs goes on. */
  pauseBackfill(id: string): Promise<void>;
  /** Lets it go on. */
  resumeBackfill(id: string): Promise<void>;
  /** Ends it with all of its runs; `by` is kept with them. @default {"a person"} */
  cancelBackfill(id: string, by?: string): Promise<void>;
}
