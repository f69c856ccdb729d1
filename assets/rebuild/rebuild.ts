/**
 * Writes everything that is served from Redis again, from PostgreSQL.
 *
 * @module
 */
import type { Cache, OnlineStore } from "engine";
import type { Sql } from "../sql.ts";
import { rebuildFeatures } from "./features.ts";
import { rebuildModels } from "./models.ts";
import { rebuildPredictions } from "./predictions.ts";

/** What was found and written of one kind. */
export interface Part {
  /** `features of user_sleep`, `models`, `predictions`. */
  readonly name: string;
  /** Users, or models, that have some. */
  readonly found: number;
  /** Of these, those that were written: what was as new in the store was not. */
  readonly written: number;
}

/** Where from and where to. */
export interface Rebuild {
  readonly sql: Sql;
  readonly store: OnlineStore;
  readonly cache: Cache;
  /** Feast's project. */
  readonly project: string;
  /** What is older than it may be now is left out. */
  readonly now: Date;
  /** Whether it is only counted. */
  readonly isDry: boolean;
  /** Whether features that are as new or newer are replaced too. */
  readonly overwrite: boolean;
  readonly signal: AbortSignal;
  /** Is told after every batch. */
  onProgress(part: Part): void;
  /** Is told what is waited for. */
  onWait(sentence: string): void;
}

/** Assets whose steps write what is served themselves. */
const WRITERS = ["features/online", "training/cached", "predictions/cached"];

/**
 * Writes features, models and predictions. A step that writes while this does may write what is newer, before its
 * version is visible here: then all is written again after its end, so that the newest is what stays.
 *
 * May be repeated, and stopped at any time.
 */
export async function rebuild(o: Rebuild): Promise<readonly Part[]> {
  for (;;) {
    const before = await standing(o.sql);
    const parts = [
      ...await rebuildFeatures(o),
      ...await rebuildModels(o),
      ...await rebuildPredictions(o),
    ];
    if (o.isDry) return parts;
    const after = await standing(o.sql);
    const wasQuiet = before.running === "" && after.running === "";
    if (wasQuiet && before.seen === after.seen) return parts;
    await untilQuiet(o);
  }
}

/** What changes when something was written, and who is about to. */
interface Standing {
  readonly seen: string;
  /** `predictions/cached [2025-01-27]`, with commas between; empty if no step writes. */
  readonly running: string;
}

/** Versions come from a sequence, so that a new one that is published is counted or the largest. */
async function standing(sql: Sql): Promise<Standing> {
  const [row] = await sql<Standing[]>`
    select
      (select concat(count(*), ' ', max(version)) from engine.visible where asset = any(${WRITERS}))
        || (select concat(' ', count(*)) from ml.model_rows where withdrawn_at is not null) as seen,
      (select coalesce(string_agg(asset || ' [' || partition || ']', ', ' order by asset, partition), '')
        from engine.step where asset = any(${WRITERS}) and state = 'running') as running`;
  return row!;
}

/** Waits while steps that write run. */
async function untilQuiet({ sql, signal, onWait }: Rebuild): Promise<void> {
  let told = "";
  for (;;) {
    const { running } = await standing(sql);
    if (running === "") return;
    if (running !== told) onWait(`Waits for ${running}, which may write what is newer`);
    told = running;
    await new Promise((resolve) => setTimeout(resolve, 500));
    signal.throwIfAborted();
  }
}
