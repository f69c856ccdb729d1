/**
 * The rules as checks of the source assets, judged as of the end of the slice.
 *
 * @module
 */
import { type Check, check, type CheckResult, fail, pass } from "engine";
import { sixHourly } from "../partitions.ts";
import { database } from "../resources.ts";
import { gamification, integrations, lifeEvents, users } from "../source.ts";
import { qualityConfig } from "./config.ts";
import { judge, type Rule, type RuleResult } from "./rule.ts";
import { rules } from "./rules.ts";

const assets = { life_events: lifeEvents, users, integrations, gamification };

/** What a check says of what a rule found. */
export function checkResult(found: RuleResult): CheckResult {
  const { offending, checked, rate, severity, sample } = found;
  const metadata = { offending, checked, rate, sample: sample.join(" ") };
  if (offending === 0) return pass(metadata);
  return { ...fail(`${offending} of ${checked} rows: ${found.description}`, metadata), severity };
}

const checkOf = (rule: Rule): Check =>
  check(assets[rule.table], {
    name: rule.name,
    description: rule.description,
    severity: rule.severity,
    resources: { database },
    async run(_, { partition, resources }) {
      const at = sixHourly.span(partition)![1];
      const found = await judge(rule, { sql: resources.database, at, config: qualityConfig });
      return checkResult(found);
    },
  });

/** All of them. */
export const qualityChecks: readonly Check[] = rules.map(checkOf);
