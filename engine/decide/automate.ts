/**
 * Which assets ask for themselves now, by their `when`.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Asset } from "../declare/asset.ts";
import type { Condition } from "../declare/when.ts";
import type { Definitions } from "../graph/define.ts";
import { fingerprint } from "../graph/fingerprint.ts";
import { chosen, keyOf, type Reading, readings, sliceText } from "./inputs.ts";
import type { Judgement } from "./judge.ts";
import type { Target } from "./targets.ts";

/** A slice that asks for itself. */
export interface Automated extends Target {
  /** The slice and what it would be computed from, as one word. */
  readonly wish: string;
}

/**
 * The last wish of each asset that was asked for. The same wish again is no new wish: a failure is not repeated until
 * something changes.
 */
export type Handled = { readonly [asset: string]: string };

/** The newest tick of a cron for which the asset was not asked for yet; undefined if there is none. */
export type Ticked = (asset: Asset, cron: string, timezone: string) => Date | undefined;

interface Slice {
  readonly asset: Asset;
  readonly partition: string;
  readonly judgement: Judgement;
  /** The wishes of slices that are asked for in this look, by `asset partition`. */
  readonly asked: ReadonlyMap<string, string>;
  readonly handled: Handled;
  readonly ticked: Ticked;
  readonly reads: readonly Reading[];
}

const idOf = (asset: string, partition: string) => `${asset} ${partition}`;

/** What is so of everything that is looked at here, and what {@linkcode ready} has looked at; no reason. */
const SO: ReadonlySet<Condition["is"]> = new Set(["latest", "inLatestWindow"]);
const NOT_SO: ReadonlySet<Condition["is"]> = new Set([
  "depsMissing",
  "depsInFlight",
  "depsCheckFailed",
  "inFlight",
]);

const OPERAND: { readonly [is in Condition["is"]]?: (s: Slice) => string | false } = {
  missing: (s) => !visibleOf(s) && "it was never built",
  missingUnhandled: (s) => !visibleOf(s) && "it was never built",
  stale: (s) => {
    const { status, causes } = s.judgement.of(s.asset, s.partition);
    return status === "stale" && causes.join("; ");
  },
  depsUpdated: (s) => updated(s),
  codeChanged: (s) => {
    const seen = visibleOf(s);
    const now = fingerprint(s.asset);
    if (!seen) return false;
    if (seen.code !== now.code) return "its code changed";
    return seen.config !== now.config && "its config changed";
  },
};

const visibleOf = (s: Slice) => s.judgement.state(s.asset.name, s.partition)?.visible;

/** The inputs that are not those that the visible version was made from, or are being asked for. */
function updated(s: Slice): string | false {
  const read = new Map(
    visibleOf(s)?.inputs.map((i) => [idOf(i.asset, i.partition), i.dataVersion]),
  );
  const changed = s.reads.flatMap((r) =>
    chosen(r, (p) => exists(s, r, p)).filter((p) => {
      if (s.asked.has(idOf(r.up.name, p))) return true;
      const now = s.judgement.state(r.up.name, p)!.visible!.dataVersion;
      return read.get(idOf(r.up.name, p)) !== now;
    }).map((p) => sliceText(r.up.name, p))
  );
  return changed.length > 0 && `${changed.slice(0, 3).join(", ")} changed`;
}

const exists = (s: Slice, r: Reading, p: string) =>
  s.asked.has(idOf(r.up.name, p)) || !!s.judgement.state(r.up.name, p)?.visible;

/** The words of the first operand that holds; false if the condition does not. */
function holds(condition: Condition, s: Slice): string | false {
  switch (condition.is) {
    case "and": {
      const all = condition.of.map((c) => holds(c, s));
      return all.every((w) => w !== false) && all.filter(Boolean).join(" and ");
    }
    case "or": {
      const found = condition.of.map((c) => holds(c, s)).find((w) => w !== false);
      return found ?? false;
    }
    case "not":
      if (NOT_SO.has(condition.of.is)) return "";
      return holds(condition.of, s) === false && "nothing speaks against it";
    case "cron": {
      const tick = s.ticked(s.asset, condition.cron, condition.timezone);
      return tick !== undefined && `"${condition.cron}" ticked at ${tick.toISOString()}`;
    }
    default:
      if (SO.has(condition.is)) return "";
      return OPERAND[condition.is]?.(s) ?? false;
  }
}

/** Whether every input is there and at rest, or asked for now. */
function ready(s: Slice): boolean {
  if (s.judgement.state(s.asset.name, s.partition)?.inFlight) return false;
  return s.reads.every((r) => {
    if (r.as === "order") return r.partitions.every((p) => atRest(s, r, p));
    if (r.as === "many") return r.partitions.every((p) => atRest(s, r, p));
    const [only] = chosen({ ...r, as: r.as }, (p) => exists(s, r, p));
    return only !== undefined && atRest(s, r, only);
  });
}

const atRest = (s: Slice, r: Reading, p: string) =>
  s.asked.has(idOf(r.up.name, p)) || !s.judgement.state(r.up.name, p)?.inFlight;

/** Two wishes for the same thing are equal, whether an input was asked for with it or is there by now. */
function wishOf(s: Slice): string {
  const made = fingerprint(s.asset);
  const inputs = s.reads.flatMap((r) =>
    chosen(r, (p) => exists(s, r, p)).map((p) => [r.up.name, p, inputOf(s, r.up, p)])
  );
  const ticks = crons(s.asset.when).map((c) => s.ticked(s.asset, c.cron, c.timezone) ?? null);
  const text = JSON.stringify([s.asset.name, s.partition, made.code, made.config, inputs, ticks]);
  return createHash("sha256").update(text).digest("hex").slice(0, 24);
}

/** An input as part of a wish: the wish it will come from or came from in the run that failed, or its version. */
function inputOf(s: Slice, up: Asset, partition: string): string {
  const asked = s.asked.get(idOf(up.name, partition));
  if (asked !== undefined) return `asked ${asked}`;
  const visible = s.judgement.state(up.name, partition)?.visible;
  const last = s.judgement.state(s.asset.name, s.partition)?.last;
  const isOfSameRun = last?.state === "failed" && last.run === visible?.run;
  const handled = s.handled[up.name];
  return isOfSameRun && handled !== undefined ? `asked ${handled}` : String(visible?.version);
}

/** The crons in a condition. */
export function crons(
  condition: Condition | undefined,
): readonly Extract<Condition, { readonly is: "cron" }>[] {
  if (condition?.is === "cron") return [condition];
  if (condition?.is === "and" || condition?.is === "or") return condition.of.flatMap(crons);
  return condition?.is === "not" ? crons(condition.of) : [];
}

/**
 * The newest slices that ask for themselves, upstream first; one that is asked for counts as updated for those below it,
 * so a chain is asked for at once.
 */
export function automate(
  definitions: Definitions,
  judgement: Judgement,
  { handled, ticked }: { readonly handled: Handled; readonly ticked: Ticked },
): readonly Automated[] {
  const asked = new Map<string, string>();
  const found: Automated[] = [];
  for (const asset of definitions.assets) {
    const partition = judgement.newest(asset);
    if (!asset.when || partition === undefined) continue;
    const key = keyOf(asset, partition)!.key;
    const reads = readings(asset, key, judgement.now);
    const slice: Slice = { asset, partition, judgement, asked, handled, ticked, reads };
    const why = ready(slice) && holds(asset.when, slice);
    if (!why) continue;
    const wish = wishOf(slice);
    if (handled[asset.name] === wish) continue;
    found.push({ asset, key, partition, reason: why, wish });
    asked.set(idOf(asset.name, partition), wish);
  }
  return found;
}
