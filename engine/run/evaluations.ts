/**
 * What conditions found when they asked, as the facts keep it.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Json } from "../declare/store.ts";
import { operandText, whyNot, whyTrue } from "../decide/condition_words.ts";
import type { Explained } from "../decide/engine/mod.ts";
import type { Fact } from "../ledger/records.ts";

/** An operand of a condition as a statement, and whether the operand held. */
export type Operand = { readonly text: string; readonly holds: boolean };

/** A condition of one slice at one look. */
export type Evaluation = {
  /** Name. */
  readonly asset: string;
  /** Key as text; empty without partitions. */
  readonly partition: string;
  /** Why it asked, or what it lacked. */
  readonly words: string;
  /** Every operand that decides, in the order in which the condition is written. */
  readonly operands: readonly Operand[];
};

/** What the fact of a look keeps. */
export type Evaluations = {
  readonly evaluations: readonly Evaluation[];
  /** Requests of the look that are not among them. */
  readonly leftOut: number;
};

/** How many evaluations the fact of one look keeps. */
export const MOST_EVALUATIONS = 200;

/** An explained condition in words. */
export function evaluationOf(asset: Asset, partition: string, explained: Explained): Evaluation {
  const reasons = explained.holds ? whyTrue(explained) : whyNot(explained);
  return {
    asset: asset.name,
    partition,
    words: reasons.join("; ") || "its condition holds",
    operands: deciding(explained).map((e) => ({ text: operandText(e), holds: e.holds })),
  };
}

/** The operands that `and`, `or` and `not` put together. */
function deciding(e: Explained): readonly Explained[] {
  const isDerived = e.is === "and" || e.is === "or" || e.is === "not";
  return isDerived ? e.of.flatMap(deciding) : [e];
}

/** The evaluations that a fact keeps; none if it is of a look that kept none. */
export function evaluationsIn({ data }: Pick<Fact, "data">): Evaluations {
  const kept = data as Partial<Evaluations> | null;
  return { evaluations: kept?.evaluations ?? [], leftOut: kept?.leftOut ?? 0 };
}

/** What the fact of a look shall keep: the first ones, and how many more there were. */
export function keep<R>(requests: readonly R[], tell: (request: R) => Evaluation): KeptData {
  const evaluations = requests.slice(0, MOST_EVALUATIONS).map(tell);
  return { evaluations, leftOut: requests.length - evaluations.length } satisfies Evaluations;
}

type KeptData = { readonly [name: string]: Json };
