/**
 * Conditions and their operands as people read them.
 *
 * @module
 */
import type { Among, Condition } from "../declare/when.ts";
import { blame, type Explained } from "./engine/explain.ts";

export type { Explained } from "./engine/explain.ts";

type Simple = Exclude<
  Condition["is"],
  | "and"
  | "or"
  | "not"
  | "newly"
  | "since"
  | "anyDeps"
  | "allDeps"
  | "cron"
  | "allDepsUpdatedSinceCron"
  | "inLatestWindow"
>;

/** Of each operand: how it ends a sentence that begins with "when", and what is said when it is true or false. */
const WORDS: { readonly [is in Simple]: readonly [when: string, yes: string, no: string] } = {
  missing: ["it was never built", "it was never built", "it was built"],
  missingUnhandled: [
    "it was never built",
    "it was never built",
    "it was built or asked for already",
  ],
  stale: ["it is stale", "it is stale", "it is not stale"],
  codeChanged: [
    "its code changes",
    "its code changed",
    "its code did not change since it was asked for",
  ],
  inFlight: ["it is in flight", "it is in flight", "it is not in flight"],
  failed: ["it failed", "its last attempt failed", "its last attempt did not fail"],
  checkFailed: [
    "its check failed",
    "a check withholds its newest version",
    "no check withholds its newest version",
  ],
  latest: ["it is the newest slice", "it is the newest slice", "it is not the newest slice"],
  late: ["it is late", "it is late", "it is not late"],
  depsUpdated: [
    "an upstream changes",
    "an upstream changed",
    "no upstream changed since it was asked for",
  ],
  allDepsUpdated: [
    "every upstream changes",
    "every upstream changed",
    "not every upstream changed since it was asked for",
  ],
  depsMissing: ["an upstream is missing", "an upstream is missing", "no upstream is missing"],
  depsInFlight: [
    "an upstream is in flight",
    "an upstream is in flight",
    "no upstream is in flight",
  ],
  depsCheckFailed: [
    "a check withholds an upstream",
    "a check withholds an upstream",
    "no check withholds an upstream",
  ],
  depsFailed: ["an upstream failed", "an upstream failed", "no upstream failed"],
};

function amongText(c: Condition): string {
  const { only, except } = c as Among;
  const parts = [
    ...(only === undefined ? [] : [`among "${only}"`]),
    ...(except === undefined ? [] : [`except "${except}"`]),
  ];
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

/** A condition as the end of a sentence that begins with "when"; its label if it has one. */
export function conditionText(c: Condition): string {
  if (c.label !== undefined) return c.label;
  switch (c.is) {
    case "and":
    case "or":
      return c.of.map(conditionText).join(` ${c.is} `);
    case "not":
      return `not (${conditionText(c.of)})`;
    case "newly":
      return `newly (${conditionText(c.of)})`;
    case "since":
      return `(${conditionText(c.of)}) since (${conditionText(c.reset)})`;
    case "anyDeps":
      return `of an upstream${amongText(c)}: ${conditionText(c.of)}`;
    case "allDeps":
      return `of every upstream${amongText(c)}: ${conditionText(c.of)}`;
    case "cron":
      return `cron "${c.cron}" ticks (${c.timezone})`;
    case "allDepsUpdatedSinceCron":
      return `every upstream${amongText(c)} was built since cron "${c.cron}" (${c.timezone})`;
    case "inLatestWindow":
      return `it is one of the newest ${c.slices} slices`;
    default:
      return WORDS[c.is][0] + amongText(c);
  }
}

/** An operand with its value as a statement: `no upstream changed since it was asked for`. */
export function operandText({ condition: c, holds }: Explained): string {
  switch (c.is) {
    case "cron":
      return holds
        ? `cron "${c.cron}" ticked`
        : `cron "${c.cron}" did not tick since it was asked for`;
    case "allDepsUpdatedSinceCron":
      return `${holds ? "every" : "not every"} upstream${amongText(c)} was built since ` +
        `cron "${c.cron}" ticked`;
    case "inLatestWindow":
      return `it is ${holds ? "" : "not "}one of the newest ${c.slices} slices`;
    case "newly":
    case "since":
    case "anyDeps":
    case "allDeps":
    case "and":
    case "or":
    case "not":
      return `${holds ? "it holds" : "it does not hold"}: ${conditionText(c)}`;
    default:
      return WORDS[c.is][holds ? 1 : 2] + amongText(c);
  }
}

/** Why a condition is not true, an operand each; empty if it is. */
export const whyNot = (
  explained: Explained,
): readonly string[] => [...new Set(blame(explained).map(operandText))];

/** Why a condition is true: what it asks for besides being at rest. */
export function whyTrue(explained: Explained): readonly string[] {
  const visit = (e: Explained): readonly Explained[] => {
    if (!e.holds || e.is === "not" || QUIET.has(e.is)) return [];
    if (e.is === "and") return e.of.flatMap(visit);
    return e.is === "or" ? e.of.flatMap(visit) : [e];
  };
  return [...new Set(visit(explained).map(operandText))];
}

/** What narrows a condition down and is no reason. */
const QUIET: ReadonlySet<Condition["is"]> = new Set([
  "latest",
  "inLatestWindow",
  "allDepsUpdatedSinceCron",
]);
