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

interface Slice {
  readonly asset: Asset;
  readonly partition: string;
  readonly judgement: Judgement;
  /** Slices that are asked for in this look, `asset partition`. */
  readonly asked: ReadonlySet<string>;
  readonly reads: readonly Reading[];
}

const idOf = (asset: string, partition: string) => `${asset} ${partition}`;

const OPERAND: {
  readonly [is in "missing" | "stale" | "depsUpdated" | "codeChanged"]: (
    s: Slice,
  ) => string | false;
} = {
  missing: (s) => !visibleOf(s) && "it was never built",
  stale: (s) => {
    const { status, causes } = s.judgement.of(s.asset, s.partition);
    return status === "stale" && causes.join("; ");
  },
  depsUpdated: (s) => updated(s),
  codeChanged: (s) => {
    const seen = visibleOf(s);
    return !!seen && seen.code !== fingerprint(s.asset).code && "its code changed";
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
      return holds(condition.of, s) === false && "nothing speaks against it";
    case "cron":
      return false;
    default:
      return OPERAND[condition.is](s);
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

function wishOf(s: Slice): string {
  const made = fingerprint(s.asset);
  const inputs = s.reads.flatMap((r) =>
    chosen(r, (p) => exists(s, r, p)).map((
      p,
    ) => [r.up.name, p, String(s.judgement.state(r.up.name, p)?.visible?.version ?? "asked")])
  );
  const text = JSON.stringify([s.asset.name, s.partition, made.code, made.config, inputs]);
  return createHash("sha256").update(text).digest("hex").slice(0, 24);
}

/**
 * The newest slices that ask for themselves, upstream first; one that is asked for counts as updated for those below it,
 * so a chain is asked for at once.
 */
export function automate(
  definitions: Definitions,
  judgement: Judgement,
  handled: Handled,
): readonly Automated[] {
  const asked = new Set<string>();
  const found: Automated[] = [];
  for (const asset of definitions.assets) {
    const partition = judgement.newest(asset);
    if (!asset.when || partition === undefined) continue;
    const key = keyOf(asset, partition)!.key;
    const reads = readings(asset, key, judgement.now);
    const slice: Slice = { asset, partition, judgement, asked, reads };
    const why = ready(slice) && holds(asset.when, slice);
    const wish = wishOf(slice);
    if (!why || handled[asset.name] === wish) continue;
    found.push({ asset, key, partition, reason: why, wish });
    asked.add(idOf(asset.name, partition));
  }
  return found;
}
