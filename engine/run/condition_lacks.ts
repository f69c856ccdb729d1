/**
 * What a condition waits for, asked beside the loop that acts on it.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { tell } from "../decide/condition_facts.ts";
import { conditionRules, placeOf } from "../decide/condition_rules.ts";
import { whyNot } from "../decide/condition_words.ts";
import { explainBits, type Explained } from "../decide/engine/mod.ts";
import type { Judgement } from "../decide/judge.ts";
import type { Definitions } from "../graph/define.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { CONDITIONS, engineOf } from "./condition_engine.ts";
import { nextTick } from "./cron.ts";

/** What asking needs. */
export interface LacksAsking {
  /** What is declared. */
  readonly definitions: Definitions;
  /** Where what was asked for is remembered. */
  readonly ledger: Pick<Ledger, "cursors" | "slices" | "checks">;
  /** The moment. */
  readonly judgement: Pick<Judgement, "now">;
}

/** A condition as it is now. */
export interface ConditionNow {
  /** Whether the next look asks. */
  readonly isAsked: boolean;
  /** Its value with that of each part. */
  readonly explained: Explained;
}

/**
 * The operands for which the condition of a slice is not true, in words; none if it is true or there is no condition. Reads
 * what is remembered of the asset and of everything above it.
 */
export async function conditionLacks(
  o: LacksAsking,
  asset: Asset,
  partition: string,
): Promise<readonly string[]> {
  const found = await conditionNow(o, asset, partition);
  return found === undefined || found.isAsked ? [] : whyNot(found.explained);
}

/** The condition of a slice with the value of each part; undefined if it has none. */
export async function conditionNow(
  { definitions, ledger, judgement: { now } }: LacksAsking,
  asset: Asset,
  partition: string,
): Promise<ConditionNow | undefined> {
  const rules = conditionRules(definitions, { now }, [asset]);
  const names = rules.assets.map((a) => a.name);
  const checked = definitions.checks.filter((c) => c.blocking && rules.assets.includes(c.asset));
  const [cursors, slices, ...checks] = await Promise.all([
    ledger.cursors(CONDITIONS),
    ledger.slices(names),
    ...[...new Set(checked.map((c) => c.asset.name))].map((name) => ledger.checks(name)),
  ]);
  const engine = engineOf(rules, cursors.find((c) => c.name === CONDITIONS), now);
  for (const edit of engine.edits()) engine.apply(edit);
  tell(engine, rules, { names, slices, checks: checks.flat(), now }, nextTick);
  const place = engine.place(asset.name)!;
  const slice = placeOf(asset, partition);
  const asked = engine.settle().find((r) => r.asset === place && r.slice === slice);
  // What was true when it asked: asking itself makes some operands false.
  if (asked) return { isAsked: true, explained: explainBits(asset.when!, asked.operands) };
  const explained = slice < 0 ? undefined : engine.explain(place, slice);
  return explained && { isAsked: false, explained };
}
