/**
 * What is wrong with a condition, found when definitions are checked and not at the first look, which is one for all assets.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Among, Condition } from "../declare/when.ts";
import { nearest } from "./nearest.ts";
import { select } from "./select.ts";

/** Operands by what they take besides labels. */
const TAKES: {
  readonly [is in Condition["is"]]: "nothing" | "upstreams" | "one" | "many" | "two";
} = {
  missing: "nothing",
  missingUnhandled: "nothing",
  stale: "nothing",
  codeChanged: "nothing",
  inFlight: "nothing",
  failed: "nothing",
  checkFailed: "nothing",
  latest: "nothing",
  late: "nothing",
  inLatestWindow: "nothing",
  cron: "nothing",
  depsUpdated: "upstreams",
  allDepsUpdated: "upstreams",
  depsMissing: "upstreams",
  depsInFlight: "upstreams",
  depsCheckFailed: "upstreams",
  depsFailed: "upstreams",
  allDepsUpdatedSinceCron: "upstreams",
  anyDeps: "one",
  allDeps: "one",
  not: "one",
  newly: "one",
  and: "many",
  or: "many",
  since: "two",
};

/** Whether an operand is about upstreams, so that a selection of them means something. */
const isOfUpstreams = (is: Condition["is"]): boolean =>
  TAKES[is] === "upstreams" || is === "anyDeps" || is === "allDeps";

/**
 * What cannot be meant by the condition of an asset, as ends of sentences: what is no condition, what is always or never
 * true, selections that cannot be read.
 */
export function conditionProblems(asset: Asset, assets: readonly Asset[]): readonly string[] {
  return asset.when === undefined ? [] : [...new Set(problemsOf(asset.when, asset, assets))];
}

function problemsOf(given: unknown, asset: Asset, assets: readonly Asset[]): readonly string[] {
  const c = given as Condition;
  if (typeof c !== "object" || c === null || typeof c.is !== "string") {
    const found = typeof given === "string" ? `"${given}"` : String(given);
    return [`${found} is no condition, one is like when.eager`];
  }
  if (!Object.hasOwn(TAKES, c.is)) {
    const like = nearest(c.is, Object.keys(TAKES));
    return [`"${c.is}" is no operand${like === undefined ? "" : `, did you mean "${like}"?`}`];
  }
  const parts = partsOf(c);
  if (parts === undefined) return [`"${c.is}" of nothing: it needs a condition`];
  return [
    ...ownProblems(c, asset),
    ...amongProblems(c, assets),
    ...parts.flatMap((part) =>
      problemsOf(part, c.is.endsWith("Deps") ? aged(asset) : asset, assets)
    ),
  ];
}

/** What a condition is made of; undefined if that is not there. */
function partsOf(c: Condition): readonly unknown[] | undefined {
  const { of, reset } = c as { readonly of?: unknown; readonly reset?: unknown };
  switch (TAKES[c.is]) {
    case "many":
      return Array.isArray(of) && of.length > 0 ? of : undefined;
    case "one":
      return of === undefined ? undefined : [of];
    case "two":
      return of === undefined || reset === undefined ? undefined : [of, reset];
    default:
      return [];
  }
}

/** Of upstreams it is not asked here whether they promise freshness: some may. */
const aged = (asset: Asset): Asset => ({ ...asset, freshness: { maxAge: 0, warnAge: 0 } });

function ownProblems(c: Condition, asset: Asset): readonly string[] {
  if (c.is !== "late" || asset.freshness !== undefined) return [];
  return [`"late" is never true without a promise: declare freshness({ within: … })`];
}

function amongProblems(c: Condition, assets: readonly Asset[]): readonly string[] {
  const { only, except } = c as Among;
  const selections = [only, except].filter((s) => s !== undefined);
  if (selections.length > 0 && !isOfUpstreams(c.is)) {
    return [`"${c.is}" is not about upstreams: only, except and when.among() mean nothing there`];
  }
  return selections.flatMap((selection) => {
    try {
      select(assets, selection);
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  });
}
