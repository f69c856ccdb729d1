/**
 * How good a table is, in one number.
 *
 * @module
 */
import type { Severity } from "engine";
import type { QualityTable, RuleResult } from "./rule.ts";

/** A table, or all of them, in numbers. `type`, not `interface`: it is stored as JSON. */
export type TableScore = {
  readonly table: QualityTable | "all";
  /** 0 to 1: share of rows that pass, each rule weighted by its severity. */
  readonly score: number;
  /** Offending rows by severity of the rule. */
  readonly critical: number;
  readonly error: number;
  readonly warning: number;
};

/**
 * Weighs the shares of rows that pass: Σ w·(1 − rate) / Σ w, with w by severity. Without rules the
 * score is 1.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { RuleResult } from "./rule.ts";
 *
 * const rule = { rule: "a", table: "users", description: "", sample: [], checked: 10 } as const;
 * const results: RuleResult[] = [
 *   { ...rule, severity: "critical", offending: 5, rate: 0.5 },
 *   { ...rule, severity: "warning", offending: 0, rate: 0 },
 * ];
 * assertEquals(score("users", results, { critical: 3, error: 2, warning: 1 }).score, 0.625);
 * ```
 */
export function score(
  table: TableScore["table"],
  results: readonly RuleResult[],
  weights: { readonly [S in Severity]: number },
): TableScore {
  let weight = 0;
  let passing = 0;
  const offending = { critical: 0, error: 0, warning: 0 };
  for (const r of results) {
    weight += weights[r.severity];
    passing += weights[r.severity] * (1 - Math.min(1, r.rate));
    offending[r.severity] += r.offending;
  }
  return { table, score: weight === 0 ? 1 : passing / weight, ...offending };
}

/** Scores of every table that results are of, and of all together. */
export function scores(
  results: readonly RuleResult[],
  weights: { readonly [S in Severity]: number },
): TableScore[] {
  const tables = [...new Set(results.map((r) => r.table))];
  return [
    score("all", results, weights),
    ...tables.map((t) => score(t, results.filter((r) => r.table === t), weights)),
  ];
}
