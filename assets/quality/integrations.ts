/**
 * Rules about integrations and their syncs.
 *
 * @module
 */
import type { Severity } from "engine";
import type { Fragment } from "../sql.ts";
import type { QualityConfig } from "./config.ts";
import { daysBefore, type Rule, type Scope } from "./rule.ts";

const table = "integrations";
const existing = ({ sql, at }: Scope) => sql`aurora_life.integrations where created_at < ${at}`;
const active = (scope: Scope) => scope.sql`${existing(scope)} and status = 'active'`;

/**
 * Of every active integration with enough syncs: `key`, share of successes, share of expected
 * records received.
 */
function judged({ sql, at, config }: Scope): Fragment {
  const { days, minSyncs } = config.integrations;
  return sql`
    select i.id::text as key,
      avg((s.status = 'success')::integer) as success,
      sum(s.records_received) filter (where s.status = 'success')::numeric
        / nullif(sum(s.records_expected) filter (where s.status = 'success'), 0) as completeness
    from aurora_life.integrations i join aurora_life.integration_syncs s on s.integration_id = i.id
    where i.created_at < ${at} and i.status = 'active'
      and s.finished_at >= ${daysBefore(at, days)} and s.finished_at < ${at}
    group by i.id having count(*) >= ${minSyncs}::integer`;
}

const checkedSyncs = (scope: Scope) => scope.sql`select count(*) as n from (${judged(scope)}) j`;

/** A rule on a share: offending from `high` (exclusive) down to `low` (inclusive). */
function shareRule(o: {
  readonly name: string;
  readonly share: "success" | "completeness";
  readonly description: string;
  readonly severity: Severity;
  range(config: QualityConfig["integrations"]): readonly [low: number, high: number];
}): Rule {
  const { name, share, description, severity } = o;
  return {
    name,
    table,
    description,
    severity,
    checked: checkedSyncs,
    offending(scope) {
      const [low, high] = o.range(scope.config.integrations);
      return scope.sql`
        select key from (${judged(scope)}) j
        where ${scope.sql(share)} < ${high}::numeric and ${scope.sql(share)} >= ${low}::numeric`;
    },
  };
}

/** Rules of `source/integrations`. */
export const integrationRules: readonly Rule[] = [
  {
    name: "integration_stale",
    table,
    description: "The last good sync of an active integration is too old",
    severity: "warning",
    escalate: { from: (config) => config.integrations.staleShare, to: "error" },
    checked: (scope) => scope.sql`select count(*) as n from ${active(scope)}`,
    // The syncs know the past; last_synced_at, which does not, counts only where there are none.
    offending: (scope) =>
      scope.sql`
        select i.id::text as key
        from (select * from ${active(scope)}) i left join lateral (
          select max(finished_at) as at from aurora_life.integration_syncs s
          where s.integration_id = i.id and s.status = 'success' and s.finished_at < ${scope.at}
        ) last on true
        where coalesce(last.at, case when i.last_synced_at < ${scope.at} then i.last_synced_at end,
          i.created_at) < ${daysBefore(scope.at, scope.config.integrations.staleHours / 24)}`,
  },
  {
    name: "integration_provider",
    table,
    description: "The provider is unknown",
    severity: "error",
    checked: (scope) => scope.sql`select count(*) as n from ${existing(scope)}`,
    offending: (scope) =>
      scope.sql`
        select id::text as key from ${existing(scope)}
          and coalesce(provider, '') <> all(${scope.config.integrations.providers}::text[])`,
  },
  shareRule({
    name: "sync_success",
    share: "success",
    description: "Too few syncs of the last days succeeded",
    severity: "warning",
    range: (config) => [config.success[1]!, config.success[0]!],
  }),
  shareRule({
    name: "sync_success_critical",
    share: "success",
    description: "Far too few syncs of the last days succeeded",
    severity: "critical",
    range: (config) => [0, config.success[1]!],
  }),
  shareRule({
    name: "sync_completeness",
    share: "completeness",
    description: "Successful syncs of the last days received too few of the expected records",
    severity: "warning",
    range: (config) => [config.completeness[1]!, config.completeness[0]!],
  }),
  shareRule({
    name: "sync_completeness_error",
    share: "completeness",
    description: "Successful syncs of the last days received far too few of the expected records",
    severity: "error",
    range: (config) => [0, config.completeness[1]!],
  }),
];
