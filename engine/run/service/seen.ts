/**
 * One look at everything that is remembered, shared by all who ask at the same time.
 *
 * @module
 */
import { judge, type Judgement } from "../../decide/judge.ts";
import { knownSinceOf } from "../../ledger/known.ts";
import type { CheckState } from "../../ledger/records.ts";
import type { ServiceOptions } from "./ports.ts";

/** What was seen. */
export interface Seen {
  /** The newest fact that it includes. */
  readonly asOf: string;
  /** When. */
  readonly now: Date;
  /** Where everything stands. */
  readonly judgement: Judgement;
  /** The latest verdicts of checks. */
  readonly checks: readonly CheckState[];
  /** Since when an asset is known. */
  knownSince(asset: string): Date;
}

/** Slices may end at a full minute: a look is older than the minute in which it was made for nobody. */
const minuteOf = (at: Date) => Math.floor(at.getTime() / 60_000);

/** Looks again only when something happened since, or a minute began. */
export function watcher(
  o: Pick<ServiceOptions, "definitions" | "ledger" | "clock">,
): () => Promise<Seen> {
  let known: { readonly asOf: string; readonly minute: number; readonly seen: Promise<Seen> };
  return async () => {
    const asOf = await o.ledger.newestFact();
    const now = o.clock.now();
    if (known?.asOf === asOf && known.minute === minuteOf(now)) return { ...await known.seen, now };
    const seen = look(o, asOf, now);
    const mine = { asOf, minute: minuteOf(now), seen };
    known = mine;
    try {
      return await seen;
    } catch (error) {
      // A look that failed is nobody's answer but that of those who waited for it.
      if (known === mine) known = { ...mine, minute: -1 };
      throw error;
    }
  };
}

async function look(
  o: Pick<ServiceOptions, "definitions" | "ledger">,
  asOf: string,
  now: Date,
): Promise<Seen> {
  const [slices, checks, knownSince] = await Promise.all([
    o.ledger.slices(),
    o.ledger.checks(),
    knownSinceOf(o.ledger, now),
  ]);
  const judgement = judge({ definitions: o.definitions, slices, checks, now });
  return { asOf, now, judgement, checks, knownSince };
}
