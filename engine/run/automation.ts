/**
 * Conditions: assets that ask for themselves are submitted as one run per look.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { automate, type Automated, crons, type Handled, type Ticked } from "../decide/automate.ts";
import { due } from "../decide/due.ts";
import { judge, type Judgement } from "../decide/judge.ts";
import { submissionOf } from "../decide/submission.ts";
import type { Definitions } from "../graph/define.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Submitted } from "../ledger/records.ts";
import { nextTick } from "./cron.ts";

/** The cursor of all conditions. */
const CURSOR = "condition:eager";

type Cursor = {
  /** The last wish of each asset. */
  readonly wishes: Handled;
  /** Up to when the crons of each asset have been dealt with; one that is seen for the first time begins now. */
  readonly since: { readonly [asset: string]: string };
};

/**
 * Looks once. What was asked for is remembered with the run, so a second look, a second server or a restart asks for
 * nothing twice.
 *
 * @throws {SyntaxError} If the cron of a condition cannot be read.
 */
export async function evaluate(
  definitions: Definitions,
  ledger: Pick<Ledger, "slices" | "cursors" | "advance">,
  now: Date,
): Promise<Submitted | undefined> {
  if (!definitions.assets.some((a) => a.when)) return undefined;
  const found = (await ledger.cursors(CURSOR)).find((c) => c.name === CURSOR);
  const { wishes = {}, since = {} } = (found?.value ?? {}) as Partial<Cursor>;
  const judgement = judge({ definitions, slices: await ledger.slices(), now });
  const ticked = tickedSince(since, judgement);
  const asked = automate(definitions, judgement, { handled: wishes, ticked });
  const known = withNew(since, definitions, now);
  if (asked.length === 0 && known === since) return undefined;
  const at = now.toISOString();
  const submitted = await ledger.advance({
    name: CURSOR,
    revision: found?.revision ?? 0,
    value: {
      wishes: { ...wishes, ...Object.fromEntries(asked.map((t) => [t.asset.name, t.wish])) },
      since: {
        ...known,
        ...Object.fromEntries(asked.filter(hasCron).map((t) => [t.asset.name, at])),
      },
    },
    ...requested(definitions, asked, now),
  });
  return submitted?.[0];
}

function requested(definitions: Definitions, asked: readonly Automated[], now: Date) {
  if (asked.length === 0) {
    const result = "first seen: waits for its next tick";
    return { result, outcome: "skipped", submissions: [] } as const;
  }
  const result = asked.map((t) => `${t.asset.name}: ${t.reason}`).join("; ");
  const asking = { trigger: "condition", by: "eager", reason: result } as const;
  const submissions = [submissionOf(definitions, asked, asking, now)];
  return { result, outcome: "requested", submissions } as const;
}

const hasCron = ({ asset }: { readonly asset: Asset }) => crons(asset.when).length > 0;

/** The same object if no asset with a cron is new. */
function withNew(since: Cursor["since"], { assets }: Definitions, now: Date): Cursor["since"] {
  const added = assets.filter((asset) => hasCron({ asset }) && since[asset.name] === undefined);
  if (added.length === 0) return since;
  return { ...since, ...Object.fromEntries(added.map((a) => [a.name, now.toISOString()])) };
}

/** Ticks since the asset was asked for, or was begun by somebody else. */
function tickedSince(since: Cursor["since"], judgement: Judgement): Ticked {
  return (asset, cron, timezone) => {
    const from = since[asset.name];
    if (from === undefined) return undefined;
    const visible = judgement.state(asset.name, judgement.newest(asset) ?? "")?.visible;
    const begun = visible ? visible.at.getTime() - visible.durationMs : 0;
    const last = new Date(Math.max(Date.parse(from), begun));
    const rule = { cron, timezone, catchUp: "latest" } as const;
    return due(rule, last, judgement.now, nextTick).ticks[0];
  };
}
