/**
 * What each part of a condition says, from the functions that decide.
 *
 * @module
 */
import type { Condition } from "../../declare/when.ts";
import { holds } from "./operands.ts";
import { childrenOf, type Node } from "./rule.ts";
import type { World } from "./world.ts";

/** A condition with the value of each part. */
export interface Explained {
  /** {@linkcode Condition.is} */
  readonly is: Condition["is"];
  /** The condition. */
  readonly condition: Condition;
  /** Whether it is true. */
  readonly holds: boolean;
  /** The parts; none of `anyDeps` and `allDeps`, which look at other slices. */
  readonly of: readonly Explained[];
}

/** `and`, `or`, `not` follow from their parts; everything else has a value of its own. */
const isDerived = (is: Condition["is"]) => is === "and" || is === "or" || is === "not";
/** The parts of these are about other slices. */
const isElsewhere = (is: Condition["is"]) => is === "anyDeps" || is === "allDeps";

/** How many operands fit into the bits of a number. */
const MOST_BITS = 52;

/** Every part of an asset's condition with its value now; undefined without a condition. */
export function explain(w: World, asset: number, slice: number): Explained | undefined {
  const visit = (node: Node): Explained => ({
    is: node.is,
    condition: node.condition,
    holds: holds(w, asset, slice, node),
    of: isElsewhere(node.is) ? [] : node.of.map(visit),
  });
  const rule = w.rules[asset];
  return rule && visit(rule.root);
}

/** The value of each operand as a bit, in the order in which the condition is written. */
export function operandBits(w: World, asset: number, slice: number): number {
  const rule = w.rules[asset];
  let [bits, weight] = [0, 1];
  const visit = (node: Node): void => {
    if (!isDerived(node.is) && weight <= 2 ** MOST_BITS) {
      if (holds(w, asset, slice, node)) bits += weight;
      weight *= 2;
    }
    if (!isElsewhere(node.is)) node.of.forEach(visit);
  };
  if (rule) visit(rule.root);
  return bits;
}

/** What {@linkcode explain} gave when the bits were taken. Operands beyond the 53rd are shown as false. */
export function explainBits(condition: Condition, bits: number): Explained {
  let rest = bits;
  const next = () => {
    const bit = rest % 2 === 1;
    rest = Math.floor(rest / 2);
    return bit;
  };
  const visit = (c: Condition): Explained => {
    const own = isDerived(c.is) ? undefined : next();
    const of = isElsewhere(c.is) ? [] : childrenOf(c).map(visit);
    return { is: c.is, condition: c, holds: own ?? derived(c.is, of), of };
  };
  return visit(condition);
}

function derived(is: Condition["is"], of: readonly Explained[]): boolean {
  if (is === "and") return of.every((part) => part.holds);
  return is === "or" ? of.some((part) => part.holds) : !of[0]!.holds;
}

/** The operands on which it depends that a condition is not what it should be, written in their order. */
export function blame(explained: Explained, expected = true): readonly Explained[] {
  if (explained.holds === expected) return [];
  if (explained.is === "not") return blame(explained.of[0]!, !expected);
  const isDecided = explained.is === "and" || explained.is === "or";
  return isDecided ? explained.of.flatMap((part) => blame(part, expected)) : [explained];
}
