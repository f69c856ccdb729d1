/**
 * Why a slice stands as it does: one causal chain, from facts.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { fingerprint } from "../graph/fingerprint.ts";
import type { SliceState, StepRecord } from "../ledger/records.ts";
import { breaches } from "./breach.ts";
import { chosen, keyOf, readings, sliceText } from "./inputs.ts";
import { DECLARED_OTHERWISE, instantText, type Verdict } from "./judge.ts";
import { lineOf, newestTest } from "./line.ts";
import type { AssetStatus } from "./status.ts";
import { lacking } from "./required.ts";
import {
  askedReason,
  errorReason,
  type Flight,
  type Lack,
  type Reason,
  reasonOf,
  type RunFound,
  type WhyFacts,
} from "./why_facts.ts";
import { flightReason } from "./why_flight.ts";
import { unrequested } from "./why_unrequested.ts";

/** The answer to "why?". */
export interface Why {
  /** The asset. */
  readonly asset: string;
  /** The slice as text; empty if the asset is one piece. */
  readonly partition: string;
  /** How it stands, with all reasons below. */
  readonly reason: Reason;
  /** The one causal chain: the root cause first, how it stands last. */
  readonly chain: readonly Reason[];
}

/** What is looked at first among several. */
const GRAVE: readonly AssetStatus[] = ["failed", "blocked", "running", "missing", "stale", "fresh"];
/** Of several slices so many are told of. */
const MOST_BESIDE = 5;

/** Reasons below reasons are followed so far: a chain that is longer is told up to here. */
const DEEPEST = 40;

/**
 * Explains one slice. What it would have to know and does not is in `lacks`: whoever reads facts reads these and asks
 * again, until nothing is lacking.
 */
export function why(
  facts: WhyFacts,
  asset: Asset,
  partition: string,
): { readonly why: Why; readonly lacks: readonly Lack[] } {
  const told = new Explaining(facts);
  const reason = told.late(asset, partition);
  const chain = [reason];
  for (let r = reason.because[0]; r !== undefined; r = r.because[0]) chain.unshift(r);
  return { why: { asset: asset.name, partition, reason, chain }, lacks: [...told.lacks.values()] };
}

/** One explanation under way. */
export class Explaining {
  /** What was not known, by what it is. */
  readonly lacks = new Map<string, Lack>();
  readonly #path = new Set<string>();

  constructor(readonly facts: WhyFacts) {}

  /** A run, if it was read. */
  run(id: string): RunFound | undefined {
    const { runs } = this.facts;
    if (!runs.has(id)) this.lacks.set(`run ${id}`, { of: "run", id });
    return runs.get(id);
  }

  /** Runs of a job that are active, if they were read. */
  active(job: string): NonNullable<ReturnType<WhyFacts["active"]["get"]>> {
    const found = this.facts.active.get(job);
    if (!found) this.lacks.set(`active ${job}`, { of: "active", job });
    return found ?? [];
  }

  /** Why the condition of a slice is not true; empty if it is, or while that is lacking. */
  condition(asset: string, partition: string): readonly string[] {
    const key = `${asset} ${partition}`;
    const found = this.facts.conditions.get(key);
    if (!found) this.lacks.set(`condition ${key}`, { of: "condition", asset, partition });
    return found ?? [];
  }

  /** The newest run that has a step of the slice, with that step. */
  newestStep(asset: string, partition: string): Flight | undefined {
    const ids = this.facts.runsOf.get(asset);
    if (!ids) this.lacks.set(`runs ${asset}`, { of: "runs", asset });
    for (const id of ids ?? []) {
      const found = this.run(id);
      const step = found?.steps.find((s) => s.asset === asset && s.partition === partition);
      if (found && step) return { ...found, step };
    }
  }

  /** How a slice stands; first of all whether its promise is broken. */
  late(asset: Asset, partition: string): Reason {
    const { judgement } = this.facts;
    const stands = this.slice(asset, partition);
    if (!newestTest(asset.partitions, judgement.now)(partition)) return stands;
    const words = this.#breach(asset, partition);
    if (words === undefined) return stands;
    const about = { asset: asset.name, partition };
    const late = { kind: "late", words: `"${asset.name}" is late: ${words}`, ...about } as const;
    const because = stands.kind === "rebuilt" ? unrequested(this, asset, partition) : [stands];
    return reasonOf({ ...late, because });
  }

  /** Which promise of the line of a slice is broken, in words. */
  #breach(asset: Asset, partition: string): string | undefined {
    const { judgement, next, knownSince } = this.facts;
    const line = lineOf(asset.partitions, partition);
    return breaches(asset, judgement, { next, knownSince: knownSince(asset.name) })
      .find((b) => b.line === "" || b.line === line)?.words;
  }

  /** How a slice stands and why. */
  slice(asset: Asset, partition: string): Reason {
    const id = `${asset.name} ${partition}`;
    if (this.#path.has(id) || this.#path.size >= DEEPEST) {
      const words = `${sliceText(asset.name, partition)} stands as told above`;
      return reasonOf({ kind: "waiting", words, asset: asset.name, partition });
    }
    this.#path.add(id);
    const found = this.#slice(asset, partition);
    this.#path.delete(id);
    return found;
  }

  /**
   * How some slices stand, the gravest first. It alone is explained in depth: with three inputs each, twenty layers would
   * have three billion reasons.
   */
  slices(some: readonly { readonly up: Asset; readonly partition: string }[]): Reason[] {
    const { judgement } = this.facts;
    const graveness = (x: (typeof some)[number]) =>
      GRAVE.indexOf(judgement.of(x.up, x.partition).status);
    return some.toSorted((a, b) => graveness(a) - graveness(b))
      .slice(0, MOST_BESIDE)
      .map((x, i) => i === 0 ? this.slice(x.up, x.partition) : this.#beside(x.up, x.partition));
  }

  #beside(asset: Asset, partition: string): Reason {
    const { status, behind } = this.facts.judgement.of(asset, partition);
    const isBehind = status === "fresh" && behind;
    const words = `${sliceText(asset.name, partition)} is ${isBehind ? "behind" : status} too`;
    const kind = status === "fresh" ? "behind" : status;
    return reasonOf({ kind, words, asset: asset.name, partition });
  }

  #slice(asset: Asset, partition: string): Reason {
    const { judgement } = this.facts;
    const state = judgement.state(asset.name, partition);
    const verdict = judgement.of(asset, partition);
    if (state?.inFlight) return flightReason(this, asset, state);
    if (verdict.status === "failed") return this.#failed(asset, state!);
    if (verdict.status === "blocked") return this.#blocked(asset, state!, verdict);
    if (verdict.status === "fresh" && !verdict.behind) return this.#rebuilt(asset, state!);
    const ended = this.#endedUnbuilt(asset, partition, state);
    if (ended) return ended;
    if (verdict.status === "missing") return this.#missing(asset, partition);
    if (verdict.status === "stale") return this.#stale(asset, state!, verdict);
    return this.#behind(asset, partition);
  }

  #failed(asset: Asset, { partition, last, error }: SliceState): Reason {
    const at = instantText(last!.at, this.facts.judgement.now);
    const step = this.run(last!.run)?.steps
      .find((s) => s.asset === asset.name && s.partition === partition);
    const tries = step && step.attempts.length > 1 ? `, attempt ${step.attempts.length}` : "";
    return reasonOf({
      kind: "failed",
      words: `${sliceText(asset.name, partition)} failed at ${at} in run ${last!.run}${tries}`,
      asset: asset.name,
      partition,
      run: last!.run,
      because: [errorReason(error?.causes.at(-1) ?? error?.message, last!.run)],
    });
  }

  #blocked(asset: Asset, state: SliceState, verdict: Verdict): Reason {
    const { partition, visible, last } = state;
    const at = instantText(last!.at, this.facts.judgement.now);
    const before = visible ? `, that of run ${visible.run} stays` : "";
    return reasonOf({
      kind: "blocked",
      words: `${sliceText(asset.name, partition)} was withheld at ${at} in run ${
        last!.run
      }${before}`,
      asset: asset.name,
      partition,
      run: last!.run,
      because: verdict.causes.map((words) =>
        reasonOf({ kind: "check_failed", words, asset: asset.name, partition, run: last!.run })
      ),
    });
  }

  /** The newest run of it ended before its turn came. */
  #endedUnbuilt(
    asset: Asset,
    partition: string,
    state: SliceState | undefined,
  ): Reason | undefined {
    const found = this.newestStep(asset.name, partition);
    if (!found || Number(found.run.id) <= Number(state?.visible?.run ?? 0)) return undefined;
    const { run, steps, step } = found;
    const about = { asset: asset.name, partition, run: run.id };
    if (step.state === "skipped") {
      const culprit = culpritOf(steps, step);
      const words = `${sliceText(asset.name, partition)} was skipped in run ${run.id}`;
      const because = culprit ? [this.#culprit(culprit, run.id)] : [];
      return reasonOf({ kind: "skipped", words, ...about, because });
    }
    // A step that took its workers with it: its slice was lost, which is not remembered as a failure.
    if (step.state === "failed") return this.#culprit(step, run.id);
    if (step.state !== "cancelled") return undefined;
    const words = `${sliceText(asset.name, partition)} was cancelled in run ${run.id}`;
    const cause = run.error?.message ?? "the run was cancelled";
    return reasonOf({
      kind: "cancelled",
      words,
      ...about,
      because: [reasonOf({ kind: "asked_for", words: cause, run: run.id })],
    });
  }

  #culprit(step: StepRecord, run: string): Reason {
    const words = `${sliceText(step.asset, step.partition)} ${
      step.state === "cancelled" ? "was cancelled" : "failed"
    } in run ${run}`;
    const { asset, partition, error } = step;
    const because = [errorReason(error?.causes.at(-1) ?? error?.message, run)];
    const kind = step.state === "cancelled" ? "cancelled" : "failed";
    return reasonOf({ kind, words, asset, partition, run, because });
  }

  #missing(asset: Asset, partition: string): Reason {
    const kind = "missing";
    const words = `${sliceText(asset.name, partition)} was never built`;
    const upstream = this.#lacked(asset, partition);
    const because = upstream.length > 0
      ? [...upstream, ...unrequested(this, asset, partition)]
      : unrequested(this, asset, partition);
    return reasonOf({ kind, words, asset: asset.name, partition, because });
  }

  /** Inputs without which it cannot be built. */
  #lacked(asset: Asset, partition: string): Reason[] {
    const { judgement } = this.facts;
    const found = keyOf(asset, partition);
    if (!found || asset.external) return [];
    return this.slices(
      readings(asset, found.key, judgement.now).flatMap((read) => {
        const partition = lacking(read, () => false, judgement);
        return partition === undefined ? [] : [{ up: read.up, partition }];
      }),
    );
  }

  #stale(asset: Asset, state: SliceState, verdict: Verdict): Reason {
    const { partition } = state;
    const words = `${sliceText(asset.name, partition)} is stale`;
    const because = [
      ...this.#changes(asset, state, verdict),
      ...unrequested(this, asset, partition),
    ];
    return reasonOf({ kind: "stale", words, asset: asset.name, partition, because });
  }

  /** What changed, in the words of the judgement, each with the run that changed it. */
  #changes(asset: Asset, state: SliceState, { causes }: Verdict): Reason[] {
    const now = fingerprint(asset);
    const visible = state.visible!;
    const builtIn = `since run ${visible.run} built ${sliceText(asset.name, state.partition)}`;
    const code = visible.code !== now.code;
    const inputs = this.#changedInputs(asset, state.partition);
    return causes.map((cause): Reason => {
      const about = { asset: asset.name, partition: state.partition, run: visible.run };
      // Inputs are quoted: what one is named does not make it code.
      if (code && cause.startsWith("the code ")) {
        return reasonOf({ kind: "code_changed", words: `${cause} ${builtIn}`, ...about });
      }
      if (cause === "the config changed") {
        return reasonOf({ kind: "config_changed", words: `${cause} ${builtIn}`, ...about });
      }
      if (cause === DECLARED_OTHERWISE) {
        return reasonOf({ kind: "deps_changed", words: `${cause} ${builtIn}`, ...about });
      }
      const input = inputs.find((i) => cause.includes(sliceText(i.asset, i.partition)));
      if (!input) return reasonOf({ kind: "input_changed", words: cause, ...about });
      const run = this.run(input.run)?.run;
      const words = `${cause}, by run ${input.run}${run ? ` (${run.reason})` : ""}`;
      return reasonOf({ kind: "input_changed", words, ...input });
    });
  }

  #changedInputs(asset: Asset, partition: string) {
    const { judgement } = this.facts;
    const found = keyOf(asset, partition);
    if (!found) return [];
    return readings(asset, found.key, judgement.now).flatMap((read) =>
      chosen(read, (p) => !!judgement.state(read.up.name, p)?.visible).map((p) => ({
        asset: read.up.name,
        partition: p,
        run: judgement.state(read.up.name, p)!.visible!.run,
      }))
    );
  }

  #behind(asset: Asset, partition: string): Reason {
    const { judgement } = this.facts;
    const found = keyOf(asset, partition);
    const ups = found ? readings(asset, found.key, judgement.now) : [];
    const due = ups.filter((r) => r.as !== "order" && !r.up.external).flatMap(
      ({ up, partitions }) => {
        const newest = judgement.newest(up);
        return partitions
          .filter((p) => (p === newest || judgement.state(up.name, p)) && judgement.of(up, p).due)
          .map((p) => ({ up, partition: p }));
      },
    );
    const because = this.slices(due);
    const words = `${sliceText(asset.name, partition)} may change: something above it is to be ` +
      "computed again";
    return reasonOf({ kind: "behind", words, asset: asset.name, partition, because });
  }

  #rebuilt(asset: Asset, { partition, visible }: SliceState): Reason {
    const at = instantText(visible!.at, this.facts.judgement.now);
    const found = this.run(visible!.run);
    const step = found?.steps.find((s) => s.asset === asset.name && s.partition === partition);
    const about = { asset: asset.name, partition, run: visible!.run };
    const verb = asset.external ? "observed" : "built";
    const words = `${sliceText(asset.name, partition)} is fresh: it was ${verb} at ${at} in run ${
      visible!.run
    }`;
    const because = found ? [askedReason(found, step?.reason)] : [];
    return reasonOf({ kind: "rebuilt", words, ...about, because });
  }
}

/** The step that is to blame for a skipped one: above it, and ended without success by itself. */
function culpritOf(steps: readonly StepRecord[], skipped: StepRecord): StepRecord | undefined {
  const above = [...skipped.needs];
  const seen = new Set(above);
  for (const index of above) {
    const step = steps[index]!;
    if (step.state === "failed" || step.state === "cancelled") return step;
    for (const need of step.needs) if (!seen.has(need)) above.push(need), seen.add(need);
  }
}
