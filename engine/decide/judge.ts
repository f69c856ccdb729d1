/**
 * Where every slice stands and why: what was remembered, compared with what would be computed now.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { keyText, type Partitions } from "../declare/partitions.ts";
import type { Definitions } from "../graph/define.ts";
import { codeCause, configChanges, fingerprint } from "../graph/fingerprint.ts";
import type { CheckState, InputRecord, SliceState } from "../ledger/records.ts";
import { chosen, keyOf, type Reading, readings, sliceText } from "./inputs.ts";
import { newestTest } from "./line.ts";
import { type AssetStatus, assetStatuses, type Counts } from "./status.ts";

/** How a slice stands. */
export interface Verdict {
  /** The first that holds of running, failed, blocked, missing, stale, fresh. */
  readonly status: AssetStatus;
  /** Why it is failed, blocked, stale or behind, in words. */
  readonly causes: readonly string[];
  /** Whether something that it is made from will be computed again: it may change then, and it may not. */
  readonly behind: boolean;
  /**
   * Whether "compute what is stale" computes it: stale, failed, behind, or missing and the newest. What others own is
   * looked at by whoever reads it, so missing it is not due.
   */
  readonly due: boolean;
}

/** What is known when judging. */
export interface Known {
  /** What is declared. */
  readonly definitions: Definitions;
  /** What is remembered of slices. */
  readonly slices: readonly SliceState[];
  /** The latest verdicts of checks: they tell a withheld version from a failure. */
  readonly checks?: readonly CheckState[];
  /** Slices that have ended by now exist. */
  readonly now: Date;
}

/** The verdicts over everything at one moment. */
export interface Judgement {
  /** The moment. */
  readonly now: Date;
  /** Of one slice. */
  of(asset: Asset, partition: string): Verdict;
  /** Of an asset: its newest slice, or a materialized older one if that is worse. */
  asset(asset: Asset): Verdict;
  /** What is remembered of a slice. */
  state(asset: string, partition: string): SliceState | undefined;
  /** The remembered slices of an asset that its rule still has, oldest first. */
  states(asset: Asset): readonly SliceState[];
  /** The newest slice that has ended, as text; undefined if none has. */
  newest(asset: Asset): string | undefined;
  /** The newest slice and those that were ever attempted, oldest first: what a person looks at. */
  scopeOf(asset: Asset): readonly string[];
  /** How many slices stand where, over all that exist. Missing history is counted, not listed. */
  counts(asset: Asset): Counts<AssetStatus>;
}

/** From worst to best, for the status of a whole asset. */
const WORST: readonly AssetStatus[] = [
  "running",
  "failed",
  "blocked",
  "missing",
  "stale",
  "fresh",
];

/** Judges everything; nothing is computed before it is asked for. */
export function judge(known: Known): Judgement {
  return new Judge(known);
}

class Judge implements Judgement {
  readonly now: Date;
  readonly #definitions: Definitions;
  readonly #states = new Map<string, Map<string, SliceState>>();
  readonly #withheld = new Map<string, readonly CheckState[]>();
  readonly #verdicts = new Map<string, Verdict>();
  readonly #ordered = new Map<string, readonly SliceState[]>();
  readonly #newest = new Map<string, string | undefined>();
  readonly #assets = new Map<string, Verdict>();
  readonly #counts = new Map<string, Counts<AssetStatus>>();
  #warm = false;

  constructor({ definitions, slices, checks = [], now }: Known) {
    this.now = now;
    this.#definitions = definitions;
    for (const s of slices) {
      const of = this.#states.get(s.asset) ?? new Map<string, SliceState>();
      this.#states.set(s.asset, of.set(s.partition, s));
    }
    const failing = checks.filter((c) => c.blocking && !c.passed);
    for (const [id, of] of Map.groupBy(failing, (c) => `${c.run} ${c.asset} ${c.partition}`)) {
      this.#withheld.set(id, of);
    }
  }

  state(asset: string, partition: string): SliceState | undefined {
    return this.#states.get(asset)?.get(partition);
  }

  states(asset: Asset): readonly SliceState[] {
    const before = this.#ordered.get(asset.name);
    if (before) return before;
    const found = [...this.#states.get(asset.name)?.values() ?? []]
      .filter((s) => keyOf(asset, s.partition))
      .sort((a, b) => a.partition < b.partition ? -1 : 1);
    this.#ordered.set(asset.name, found);
    return found;
  }

  newest(asset: Asset): string | undefined {
    if (!this.#newest.has(asset.name)) this.#newest.set(asset.name, newestOf(asset, this.now));
    return this.#newest.get(asset.name);
  }

  scopeOf(asset: Asset): readonly string[] {
    const known = this.states(asset).map((s) => s.partition);
    const newest = this.newest(asset);
    return newest === undefined || known.includes(newest) ? known : [...known, newest];
  }

  of(asset: Asset, partition: string): Verdict {
    this.#warmUp();
    return this.#judged(asset, partition);
  }

  asset(asset: Asset): Verdict {
    return remembered(this.#assets, asset.name, () => this.#ofAsset(asset));
  }

  #ofAsset(asset: Asset): Verdict {
    const isNewest = newestTest(asset.partitions, this.now);
    const verdicts = this.scopeOf(asset)
      // A failed try of history that never was does not make the asset failed.
      .filter((p) => this.state(asset.name, p)?.visible || isNewest(p))
      .map((p) => this.of(asset, p));
    const status = WORST.find((w) => verdicts.some((v) => v.status === w)) ?? "missing";
    const worst = verdicts.filter((v) => v.status === status);
    return {
      status,
      causes: few(new Set(worst.flatMap((v) => v.causes))),
      behind: verdicts.some((v) => v.behind),
      due: this.scopeOf(asset).some((p) => this.of(asset, p).due),
    };
  }

  counts(asset: Asset): Counts<AssetStatus> {
    return remembered(this.#counts, asset.name, () => this.#countsOf(asset));
  }

  #countsOf(asset: Asset): Counts<AssetStatus> {
    const counts = Object.fromEntries(assetStatuses.map((s) => [s, 0])) as {
      [S in AssetStatus]: number;
    };
    const all = existing(asset.partitions, this.now);
    const known = this.states(asset);
    for (const s of known) counts[this.of(asset, s.partition).status]++;
    counts.missing += Math.max(0, all - known.length);
    return counts;
  }

  /** Judges upstream first, so that a long chain never becomes a deep recursion. */
  #warmUp() {
    if (this.#warm) return;
    this.#warm = true;
    for (const asset of this.#definitions.assets) {
      for (const partition of this.scopeOf(asset)) this.#judged(asset, partition);
    }
  }

  #judged(asset: Asset, partition: string): Verdict {
    const id = `${asset.name} ${partition}`;
    const before = this.#verdicts.get(id);
    if (before) return before;
    const verdict = this.#judge(asset, partition);
    this.#verdicts.set(id, verdict);
    return verdict;
  }

  #judge(asset: Asset, partition: string): Verdict {
    const state = this.state(asset.name, partition);
    const visible = state?.visible ?? null;
    const found = keyOf(asset, partition);
    const reads = found && !asset.external ? readings(asset, found.key, this.now) : [];
    const stale = visible && !asset.external ? this.#staleCauses(asset, visible, reads) : [];
    const upstream = visible ? this.#behindCauses(reads) : [];
    const behind = upstream.length > 0;
    const tried = lastFailure(state);
    const newest = partition === this.newest(asset);
    const due = found !== undefined &&
      (tried !== undefined || stale.length > 0 || behind ||
        (!visible && newest && !asset.external));

    if (state?.inFlight) return { status: "running", causes: stale, behind, due };
    if (tried) {
      const withheld = this.#withheld.get(`${tried.run} ${asset.name} ${partition}`);
      const causes = withheld
        ? withheld.map((c) => `check "${c.check}" failed${c.reason ? `: ${c.reason}` : ""}`)
        : [tried.message];
      return { status: withheld ? "blocked" : "failed", causes, behind, due };
    }
    if (!visible) return { status: "missing", causes: [], behind, due };
    if (stale.length) return { status: "stale", causes: [...stale, ...upstream], behind, due };
    return { status: "fresh", causes: upstream, behind, due };
  }

  #staleCauses(
    asset: Asset,
    visible: NonNullable<SliceState["visible"]>,
    reads: readonly Reading[],
  ): string[] {
    const now = fingerprint(asset);
    const causes: string[] = [];
    if (visible.code !== now.code) causes.push(codeCause(asset, visible.code));
    const { config, reads: other } = configChanges(asset, visible.config);
    if (config) causes.push("the config changed");
    const recorded = Map.groupBy(visible.inputs, (i) => `${i.input} ${i.asset}`);
    for (const read of reads) {
      const id = `${read.input} ${read.up.name}`;
      causes.push(...this.#inputCauses(read, recorded.get(id) ?? []));
      recorded.delete(id);
    }
    for (const gone of [...recorded.values()].flat()) causes.push(goneText(gone));
    // Last: an input that is new or gone says it better.
    if (other) causes.push(DECLARED_OTHERWISE);
    return [...new Set(causes)];
  }

  /** What differs between what a dep would read now and what it did read. */
  #inputCauses(read: Reading, recorded: readonly InputRecord[]): string[] {
    if (read.as === "order") return [];
    const causes: string[] = [];
    const before = new Map(recorded.map((r) => [r.partition, r]));
    for (const p of chosen(read, this.#exists(read.up))) {
      const visible = this.state(read.up.name, p)!.visible!;
      const what = sliceText(read.up.name, p);
      const old = before.get(p);
      before.delete(p);
      const [other] = before.values();
      if (!old && other && read.as === "newest") {
        causes.push(`${what} is newer than [${other.partition}], which was read`);
        before.clear();
      } else if (!old) causes.push(`${what} is a new input`);
      else if (old.dataVersion !== visible.dataVersion) {
        causes.push(`${what} changed at ${instantText(visible.at, this.now)}`);
      }
    }
    // What was observed for a step alone is remembered with that step and nowhere else: it is not gone.
    const gone = read.up.external
      ? [...before.values()].filter((r) => r.version !== OBSERVED_INLINE)
      : [...before.values()];
    return [...causes, ...gone.map(goneText)];
  }

  #exists(up: Asset): (partition: string) => boolean {
    const states = this.#states.get(up.name);
    return (p) => Boolean(states?.get(p)?.visible);
  }

  #behindCauses(reads: readonly Reading[]): string[] {
    const causes: string[] = [];
    for (const read of reads) {
      if (read.as === "order" || read.up.external) continue;
      const [first] = chosen(read, this.#exists(read.up));
      const newest = this.newest(read.up);
      const looked = read.partitions.filter((p) =>
        (p === newest || this.state(read.up.name, p)) &&
        // Of the newest that exists: itself, and what would take its place.
        (read.as !== "newest" || first === undefined || p >= first)
      );
      for (const p of looked) {
        const verdict = this.#judged(read.up, p);
        if (verdict.due) causes.push(`${sliceText(read.up.name, p)} is ${dueWord(verdict)}`);
      }
    }
    return causes;
  }
}

/** The cause of a slice whose asset reads other things than when it was built, or otherwise. */
export const DECLARED_OTHERWISE = "what it reads is declared otherwise";

/** The version of an external input that was looked at for one step and not published. */
export const OBSERVED_INLINE = "0";

const goneText = (gone: InputRecord) =>
  `the input ${sliceText(gone.asset, gone.partition)} is gone`;

/** Enough causes for one line of a list. */
const MOST_CAUSES = 6;

function few(causes: ReadonlySet<string>): string[] {
  const all = [...causes];
  if (all.length <= MOST_CAUSES) return all;
  return [...all.slice(0, MOST_CAUSES - 1), `and ${all.length - MOST_CAUSES + 1} more`];
}

function remembered<V>(known: Map<string, V>, name: string, make: () => V): V {
  const before = known.get(name);
  if (before !== undefined) return before;
  const made = make();
  known.set(name, made);
  return made;
}

/** What people read about an upstream that is to be computed again. */
const dueWord = (v: Verdict) => v.status === "fresh" ? "behind" : v.status;

/** How many slices exist. O(1), or O(slices) where they can be taken away. */
function existing(rule: Partitions, now: Date): number {
  const count = rule.count(now);
  if (rule.grain !== "dynamic" && rule.grain !== "cross") return count;
  let removed = 0;
  for (let i = 0; i < count; i++) if (rule.removed(i)) removed++;
  return count - removed;
}

function lastFailure(state: SliceState | undefined) {
  const last = state?.last;
  if (last?.state !== "failed") return undefined;
  const { visible } = state!;
  if (visible && visible.at > last.at) return undefined;
  return { run: last.run, message: state!.error?.message ?? "the last attempt failed" };
}

function newestOf(asset: Asset, now: Date): string | undefined {
  if (asset.partitions.grain === "none") return "";
  const key = asset.partitions.newest(now);
  return key === undefined ? undefined : keyText(key);
}

/** `06:02` on the day of `now`, with the date on another one; UTC. */
export function instantText(at: Date, now: Date): string {
  const [day, time] = at.toISOString().split("T") as [string, string];
  const clock = time.slice(0, 5);
  return day === now.toISOString().slice(0, 10) ? clock : `${day} ${clock}`;
}
