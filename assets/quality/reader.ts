/**
 * Quality reports as people read them, from the visible rows.
 *
 * @module
 */
import type { QualityReader, QualityRuleView, QualityView } from "engine";
import type { Sql } from "../sql.ts";
import { rules } from "./rules.ts";

interface ScoreRow {
  readonly asOf: Date;
  readonly at: Date;
  readonly table: string;
  readonly score: number;
  readonly critical: number;
  readonly error: number;
  readonly warning: number;
}

/** How many reports the trend looks back. */
const TREND = 60;
const DAY = 86_400_000;

/** The day whose end is `asOf`. */
const partitionOf = (asOf: Date) => new Date(asOf.getTime() - DAY).toISOString().slice(0, 10);
/** The end of a day, or null if the text names none. */
function endOf(partition: string): Date | null {
  const start = Date.parse(`${partition}T00:00:00Z`);
  return Number.isNaN(start) ? null : new Date(start + DAY);
}

/** Reads reports with the given connection. */
export function qualityReader(sql: Sql): QualityReader {
  return {
    async read(partition) {
      const wanted = partition === undefined ? undefined : endOf(partition);
      if (wanted === null) return undefined;
      const [latest] = await sql<{ asOf: Date }[]>`
        select as_of as "asOf" from quality.report where table_name = 'all'
          and (${wanted ?? null}::timestamptz is null or as_of = ${wanted ?? null})
        order by as_of desc limit 1`;
      return latest && await view(sql, latest.asOf);
    },
  };
}

async function view(sql: Sql, asOf: Date): Promise<QualityView> {
  const [scores, found, trend] = await Promise.all([
    scoresAt(sql, asOf),
    rulesAt(sql, asOf),
    trendOf(sql),
  ]);
  const all = scores.find((s) => s.table === "all")!;
  const of = (table: string) => found.filter((r) => r.table === table);
  return {
    partition: partitionOf(asOf),
    at: all.at.toISOString(),
    score: 100 * all.score,
    found: { critical: all.critical, error: all.error, warning: all.warning },
    tables: scores.filter((s) => s.table !== "all").map(({ table, score }) => ({
      table,
      score: 100 * score,
      rows: Math.max(0, ...of(table).map((r) => r.checked)),
      found: of(table).reduce((sum, r) => sum + r.found, 0),
    })),
    rules: found,
    trend: trend.map((t) => ({
      partition: partitionOf(t.asOf),
      score: 100 * t.score,
      found: t.found,
    })),
    partitions: trend.map((t) => partitionOf(t.asOf)).reverse(),
  };
}

const scoresAt = (sql: Sql, asOf: Date) =>
  sql<ScoreRow[]>`
    select as_of as "asOf", created_at as at, table_name as table, score, critical::int, error::int, warning::int
    from quality.report where as_of = ${asOf} order by table_name`;

async function rulesAt(sql: Sql, asOf: Date): Promise<QualityRuleView[]> {
  const described = new Map(rules.map((r) => [r.name, r.description]));
  const rows = await sql<(Omit<QualityRuleView, "description" | "rate">)[]>`
    select rule, table_name as table, severity, checked::int, offending::int as found, sample as samples
    from quality.rule_result where as_of = ${asOf} order by table_name, rule`;
  return rows.map((r) => ({
    ...r,
    description: described.get(r.rule) ?? "",
    rate: r.checked === 0 ? 0 : r.found / r.checked,
  }));
}

async function trendOf(sql: Sql) {
  const rows = await sql<{ asOf: Date; score: number; found: number }[]>`
    select as_of as "asOf", score, (critical + error + warning)::int as found
    from quality.report where table_name = 'all' order by as_of desc limit ${TREND}`;
  return [...rows].reverse();
}
