/**
 * The crons that a condition listens to.
 *
 * @module
 */
import type { Condition } from "../declare/when.ts";
import { childrenOf } from "./engine/rule.ts";

/** A cron as it is written. */
export interface ConditionCron {
  /** The expression. */
  readonly cron: string;
  /** By the clocks of which place. */
  readonly timezone: string;
}

/** The crons in a condition, each once, in the order in which they are written. */
export function crons(condition: Condition | undefined): readonly ConditionCron[] {
  const found = new Map<string, ConditionCron>();
  const visit = (c: Condition): void => {
    if (c.is === "cron" || c.is === "allDepsUpdatedSinceCron") {
      const { cron, timezone } = c;
      found.set(`${timezone} ${cron}`, { cron, timezone });
    }
    childrenOf(c).forEach(visit);
  };
  if (condition) visit(condition);
  return [...found.values()];
}
