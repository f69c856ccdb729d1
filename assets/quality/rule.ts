/**
 * What a quality rule is, and looking for the rows that offend against it.
 *
 * @module
 */
import type { Severity } from "engine";
import type { Fragment, Queries } from "../sql.ts";
import type { QualityConfig } from "./config.ts";

/** What rules are about: the source assets. */
export type QualityTable = "life_events" | "users" | "integrations" | "gamification";

/** What a rule's statements are made from. */
export interface Scope {
  /** Makes fragments. */
  readonly sql: Queries;
  /** T: what was recorded at T or later is not known. */
  readonly at: Date;
  /** Thresholds. */
  readonly config: QualityConfig;
}

/** A statement about the rows of a table, as data. */
export interface Rule {
  /** Unique among all rules. */
  readonly name: string;
  /** The source asset it is a check of. */
  readonly table: QualityTable;
  /** What is wrong with an offending row, in words. */
  readonly description: string;
  /** How bad one is. */
  readonly severity: Severity;
  /** Severity from a share of offending rows on. */
  readonly escalate?: { from(config: QualityConfig): number; readonly to: Severity };
  /**
   * Selects `key`, the primary key as text, of each offending row; at most one row for each row
   * that is counted.
   */
  offending(scope: Scope): Fragment;
  /** Selects `n`, the number of rows that were judged. */
  checked(scope: Scope): Fragment;
}

/** What a rule found. `type`, not `interface`: it is stored as JSON. */
export type RuleResult = {
  readonly rule: string;
  readonly table: QualityTable;
  readonly severity: Severity;
  readonly description: string;
  /** Rows that do not pass. */
  readonly offending: number;
  /** Rows that were judged. */
  readonly checked: number;
  /** `offending / checked`, 0 where nothing was judged. */
  readonly rate: number;
  /** Primary keys of at most ten of them, the smallest. */
  readonly sample: readonly string[];
};

/** `days` before an instant. */
export const daysBefore = (at: Date, days: number): Date =>
  new Date(at.getTime() - days * 86_400_000);

/**
 * Judges one rule as of `scope.at`. One query; the same rows give the same result whenever it runs.
 */
export async function judge(rule: Rule, scope: Scope): Promise<RuleResult> {
  const [row] = await scope.sql<{ offending: number; checked: number; sample: string[] }[]>`
    with offending as materialized (${rule.offending(scope)})
    select (select count(*)::integer from offending) as offending,
      (select n::integer from (${rule.checked(scope)}) judged) as checked,
      array(select key from offending order by key limit 10) as sample`;
  const { offending, checked, sample } = row!;
  const rate = checked === 0 ? 0 : offending / checked;
  const worse = rule.escalate && rate > rule.escalate.from(scope.config);
  const { name, table, description } = rule;
  const severity = worse ? rule.escalate!.to : rule.severity;
  return { rule: name, table, severity, description, offending, checked, rate, sample };
}
