/**
 * The data quality report of a day.
 *
 * @module
 */
import { asset, freshness, newest } from "engine";
import { daily } from "../partitions.ts";
import { database } from "../resources.ts";
import { gamification, integrations, lifeEvents, users } from "../source.ts";
import type { Queries, Transaction } from "../sql.ts";
import { type QualityConfig, qualityConfig } from "./config.ts";
import { judge, type RuleResult } from "./rule.ts";
import { rules } from "./rules.ts";
import { scores, type TableScore } from "./score.ts";

/** What is shown as the report. `type`, not `interface`: it is stored as JSON. */
export type QualityReport = {
  /** The day. */
  readonly partition: string;
  /** Its end, ISO: what was recorded later is not judged. */
  readonly asOf: string;
  /** "all" first, then by table. */
  readonly scores: readonly TableScore[];
  /** One for each rule, also for those that hold. */
  readonly rules: readonly RuleResult[];
};

/** Judges all rules as of `at`. */
export async function qualityReport(
  sql: Queries,
  o: { readonly partition: string; readonly at: Date; readonly config?: QualityConfig },
): Promise<QualityReport> {
  const { partition, at, config = qualityConfig } = o;
  const results: RuleResult[] = [];
  for (const rule of rules) results.push(await judge(rule, { sql, at, config }));
  const asOf = at.toISOString();
  return { partition, asOf, scores: scores(results, config.weights), rules: results };
}

async function keep(
  sql: Transaction,
  version: string,
  now: Date,
  found: QualityReport,
): Promise<void> {
  const shared = { version, as_of: found.asOf, created_at: now };
  await sql`delete from quality.rule_result_rows where version = ${version}::bigint`;
  await sql`delete from quality.report_rows where version = ${version}::bigint`;
  const results = found.rules.map((r) => ({
    ...shared,
    table_name: r.table,
    rule: r.rule,
    severity: r.severity,
    offending: r.offending,
    checked: r.checked,
    sample: sql.json(r.sample),
  }));
  await sql`insert into quality.rule_result_rows ${sql(results)}`;
  const tables = found.scores.map(({ table, ...rest }) => ({
    ...shared,
    table_name: table,
    ...rest,
  }));
  await sql`insert into quality.report_rows ${sql(tables)}`;
}

/** The report, its history and its event. */
export const report = asset({
  name: "quality/report",
  description:
    "All quality rules as of the end of the day, with a score for each table and the whole",
  owners: ["ml-team"],
  tags: ["quality"],
  kinds: ["sql", "postgres"],
  deps: {
    lifeEvents: newest(lifeEvents),
    users: newest(users),
    integrations: newest(integrations),
    gamification: newest(gamification),
  },
  partitions: daily,
  resources: { database },
  config: qualityConfig,
  freshness: freshness({ within: "30h" }),
  retry: { attempts: 3, delay: "5s" },
  io: { tables: ["quality.rule_result", "quality.report"] },
  async materialize(_, context): Promise<QualityReport> {
    const { partition, resources, version, now } = context;
    const at = daily.span(partition)![1];
    const started = performance.now();
    const found = await qualityReport(resources.database, { partition, at });
    await resources.database.begin((sql) => keep(sql, String(version), now, found));
    const [all] = found.scores;
    const { score, critical, error, warning } = all!;
    context.report({
      score,
      critical,
      error,
      warning,
      ...Object.fromEntries(found.scores.slice(1).map((s) => [`score_${s.table}`, s.score])),
      seconds: Number(((performance.now() - started) / 1000).toFixed(3)),
    });
    context.emit({
      topic: "aurora.quality.reported",
      key: "quality/report",
      payload: {
        asset: "quality/report",
        partition,
        as_of: found.asOf,
        score,
        critical,
        error,
        warning,
        failing: found.rules.filter((r) => r.offending > 0).map((r) => r.rule),
      },
    });
    return found;
  },
});
