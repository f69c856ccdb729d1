/**
 * Values of alert rules, as people write them.
 *
 * @module
 */
import type { Severity } from "../declare/check.ts";
import { type Duration, positive } from "../declare/duration.ts";

/** From the least to the worst. */
export const SEVERITIES: readonly Severity[] = ["warning", "error", "critical"];

/** What values of a rule are like. */
export type RuleKind = "wait" | "share" | "times" | "severity" | "delay" | "repeat";

/** How values of each kind are written, for people. */
export const RULE_FORMS: Readonly<Record<RuleKind, string>> = {
  wait: 'a time like "15m" or "2h"',
  share: 'a share like "90%", above 0 and at most 100',
  times: 'a number from 1 on, like "3"',
  severity: '"warning", "error" or "critical"',
  delay: '"0" or a time like "30m"',
  repeat: '"never" or a time like "4h"',
};

/**
 * What a value means: milliseconds, a share, a number or a severity; undefined for never, null if it is none of its kind.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ruleValue } from "engine";
 *
 * assertEquals([ruleValue("wait", "15m"), ruleValue("share", "90%"), ruleValue("share", "90")], [900_000, 0.9, null]);
 * ```
 */
export function ruleValue(kind: RuleKind, text: string): number | Severity | undefined | null {
  switch (kind) {
    case "wait":
      return timeOf(text);
    case "delay":
      return text === "0" ? 0 : timeOf(text);
    case "repeat":
      return text === "never" ? undefined : timeOf(text);
    case "severity":
      return SEVERITIES.find((s) => s === text) ?? null;
    case "share": {
      const share = Number(/^(\d+(?:\.\d+)?)%$/.exec(text)?.[1]) / 100;
      return share > 0 && share <= 1 ? share : null;
    }
    case "times": {
      const times = Number(text);
      return /^\d+(\.\d+)?$/.test(text) && times >= 1 ? times : null;
    }
  }
}

function timeOf(text: string): number | null {
  try {
    return positive(text as Duration, "an alert rule");
  } catch {
    return null;
  }
}
