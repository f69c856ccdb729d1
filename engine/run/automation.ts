/**
 * Conditions: assets that ask for themselves are submitted as one run per look.
 *
 * @module
 */
import { automate, type Handled } from "../decide/automate.ts";
import { judge } from "../decide/judge.ts";
import { submissionOf } from "../decide/submission.ts";
import type { Definitions } from "../graph/define.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Submitted } from "../ledger/records.ts";

/** The cursor of all conditions: the last wish of each asset. */
const CURSOR = "condition:eager";

/**
 * Looks once. What was asked for is remembered with the run, so a second look, a second server or a restart asks for
 * nothing twice.
 */
export async function evaluate(
  definitions: Definitions,
  ledger: Pick<Ledger, "slices" | "cursors" | "advance">,
  now: Date,
): Promise<Submitted | undefined> {
  if (!definitions.assets.some((a) => a.when)) return undefined;
  const [cursor] = await ledger.cursors(CURSOR);
  const handled = (cursor?.value ?? {}) as Handled;
  const judgement = judge({ definitions, slices: await ledger.slices(), now });
  const found = automate(definitions, judgement, handled);
  if (found.length === 0) return undefined;
  const reason = found.map((t) => `${t.asset.name}: ${t.reason}`).join("; ");
  const asking = { trigger: "condition", by: "eager", reason } as const;
  const wishes = Object.fromEntries(found.map((t) => [t.asset.name, t.wish]));
  const submitted = await ledger.advance({
    name: CURSOR,
    revision: cursor?.revision ?? 0,
    value: { ...handled, ...wishes },
    result: reason,
    outcome: "requested",
    submissions: [submissionOf(definitions, found, asking, now)],
  });
  return submitted?.[0];
}
