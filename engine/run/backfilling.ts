/**
 * Backfills: their runs are submitted as earlier ones end, whoever looks.
 *
 * @module
 */
import { type BackfillRuns, nextOfBackfill, runsOf } from "../decide/backfill.ts";
import type { Definitions } from "../graph/define.ts";
import type { BackfillAdvance, BackfillRecord } from "../ledger/backfills.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { errorOf } from "./error_of.ts";

/** Backfills that are looked at once. */
const MOST = 1_000;

/** Moves backfills on; remembers the runs of those that are open, since making them costs O(slices). */
export interface Backfilling {
  /**
   * Looks once at every open backfill. What is submitted is remembered with it in one transaction, so a second look, a
   * second server or a restart submits nothing twice.
   */
  look(now: Date): Promise<void>;
}

/** Looks of one process. */
export function backfilling(
  definitions: Definitions,
  ledger: Pick<Ledger, "backfills" | "advanceBackfill">,
): Backfilling {
  let known = new Map<string, BackfillRuns>();
  return {
    async look(now) {
      const open = await ledger.backfills({ open: true, limit: MOST });
      const runs = new Map<string, BackfillRuns>();
      // Oldest first: it has waited longest.
      for (const b of open.toReversed()) {
        const step = stepOf(b, now);
        if (step) await ledger.advanceBackfill(step);
      }
      known = runs;

      function stepOf(b: BackfillRecord, now: Date): BackfillAdvance | undefined {
        try {
          const made = known.get(b.id) ?? runsOf(definitions, b);
          runs.set(b.id, made);
          return nextOfBackfill(definitions, b, made, now);
        } catch (error) {
          return failed(b, error);
        }
      }
    },
  };
}

/** What cannot be planned any more has failed; the others go on. */
function failed(b: BackfillRecord, error: unknown): BackfillAdvance {
  const { id, revision, done, submitted } = b;
  const move = { id, revision, done, submitted, counted: [], submissions: [] };
  return { ...move, state: "failed", error: errorOf(error) };
}
