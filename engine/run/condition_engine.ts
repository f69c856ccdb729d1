/**
 * The engine of conditions as it is remembered.
 *
 * @module
 */
import type { ConditionRules } from "../decide/condition_rules.ts";
import { Decider, decode } from "../decide/engine/mod.ts";
import type { CursorRecord } from "../ledger/records.ts";
import { nextTick } from "./cron.ts";

/** The cursor of all conditions. */
export const CONDITIONS = "condition:all";

/** What is remembered with the cursor. */
export type Saved = {
  /** The engine after the last look that asked for something, base64. */
  readonly snapshot: string;
};

/** The engine as it was remembered, for these or other assets; first of all one that knows nothing. */
export function engineOf(
  known: ConditionRules,
  cursor: CursorRecord | undefined,
  now: Date,
): Decider {
  const next = (cron: string, timezone: string, after: number) =>
    nextTick(cron, timezone, new Date(after))?.getTime();
  const options = { assets: known.rules, now: now.getTime(), next, selects: known.selects };
  const saved = (cursor?.value as Partial<Saved> | undefined)?.snapshot;
  if (saved === undefined) return Decider.create(options);
  return Decider.restore(options, decode(Uint8Array.fromBase64(saved)));
}
