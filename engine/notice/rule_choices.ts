/**
 * What people may set about alerts while servers run, and what they chose.
 *
 * @module
 */
import { UnknownName } from "../declare/errors.ts";
import { nearest } from "../graph/nearest.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { CursorRecord } from "../ledger/records.ts";
import { RULE_FORMS, type RuleKind, ruleValue } from "./rule_values.ts";

/** A rule as it stands unless people choose something else. */
export interface RuleDefault {
  /** `queue`; of a channel `smtp.severity`. */
  readonly name: string;
  readonly kind: RuleKind;
  /** What it decides. */
  readonly about: string;
  /** Its value, as text. */
  readonly value: string;
  /** The variable of the environment that sets it. */
  readonly setting: string;
  /** Whether it is set there. */
  readonly isSet: boolean;
}

/** What somebody chose for a rule. */
export type Choice = {
  readonly value: string;
  readonly by: string;
  /** ISO, UTC. */
  readonly at: string;
};

/** What was chosen, by the names of rules. */
export type Choices = { readonly [rule: string]: Choice };

/** Where choices are remembered. */
const CURSOR = "alerts:rules";

/** What people chose. One query. */
export async function choices(ledger: Pick<Ledger, "cursors">): Promise<Choices> {
  const found = (await ledger.cursors(CURSOR)).find((c) => c.name === CURSOR);
  return choicesIn(found);
}

/** What {@linkcode choose} wrote. */
const choicesIn = (cursor: CursorRecord | undefined) => (cursor?.value ?? {}) as unknown as Choices;

/**
 * Chooses the value of a rule, or with null lets its default hold again. All servers follow at their next look.
 *
 * @throws {UnknownName} If there is no such rule.
 * @throws {RangeError} If the value is none of its kind.
 */
export async function choose(
  ledger: Pick<Ledger, "cursors" | "advance">,
  defaults: readonly RuleDefault[],
  c: {
    readonly name: string;
    readonly value: string | null;
    readonly by: string;
    readonly now: Date;
  },
): Promise<void> {
  mustFit(defaults, c.name, c.value);
  for (;;) {
    const found = (await ledger.cursors(CURSOR)).find((x) => x.name === CURSOR);
    const { [c.name]: _, ...others } = choicesIn(found);
    const value = c.value === null
      ? others
      : { ...others, [c.name]: { value: c.value, by: c.by, at: c.now.toISOString() } };
    const result = `${c.name} ${c.value ?? "as set elsewhere"} by ${c.by}`;
    const move = { name: CURSOR, revision: found?.revision ?? 0, value, result, submissions: [] };
    // Somebody else chose in between: looks again what there is.
    if (await ledger.advance({ ...move, outcome: "skipped" })) return;
  }
}

function mustFit(defaults: readonly RuleDefault[], name: string, value: string | null): void {
  const rule = defaults.find((r) => r.name === name);
  if (!rule) throw new UnknownName("alert rule", name, nearest(name, defaults.map((r) => r.name)));
  if (value === null || ruleValue(rule.kind, value) !== null) return;
  throw new RangeError(
    `Cannot set alert rule "${name}": "${value}" is not ${RULE_FORMS[rule.kind]}`,
  );
}
