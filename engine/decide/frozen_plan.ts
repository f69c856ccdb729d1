/**
 * A plan as a value that can be read, kept and run later, exactly as it was shown.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Json } from "../declare/store.ts";
import type { Definitions } from "../graph/define.ts";
import { canonicalJson, fingerprint } from "../graph/fingerprint.ts";
import type { PlannedStep, SliceKey, Submission } from "../ledger/records.ts";
import { expected } from "./expected.ts";
import { chosen, keyOf, readings } from "./inputs.ts";
import type { Judgement } from "./judge.ts";
import { partitionsText, titleOf } from "./submission.ts";

/** Says what a file is, and which way of writing it. */
const FORMAT = "aurora/plan/1";

/** A step as it was planned, with how long it usually takes. */
export interface FrozenStep extends PlannedStep {
  /** From history; null if it never ran. */
  readonly expectedMs: number | null;
}

/** What an asset was when the plan was made. */
export interface PlannedAsset {
  /** Fingerprint of its code. */
  readonly code: string;
  /** Fingerprint of its config. */
  readonly config: string;
  /** How it is cut. */
  readonly partitions: string;
}

/** Slices downstream that the plan does not compute and that may be stale after it. */
export interface Affected {
  /** The asset. */
  readonly asset: string;
  /** Its slices that have a version, as text. */
  readonly partitions: readonly string[];
}

/** A plan that can be kept. */
export interface FrozenPlan {
  /** Says what the file is, and which way of writing it. */
  readonly format: "aurora/plan/1";
  /** When it was made. */
  readonly madeAt: string;
  /** What was asked for, in words. */
  readonly title: string;
  /** In an order in which each comes after those that it needs. */
  readonly steps: readonly FrozenStep[];
  /** The longest chain of expected durations; null if nothing is known. */
  readonly expectedMs: number | null;
  /** The blast radius: what may be stale downstream after it, and is not computed by it. */
  readonly becomesStale: readonly Affected[];
  /** What the planned assets were, by name. */
  readonly definitions: { readonly [asset: string]: PlannedAsset };
  /** Digest of the versions that it was made from: of the planned slices and of all that they read. */
  readonly facts: string;
}

const idOf = (asset: string, partition: string) => `${asset}\n${partition}`;

const digest = (value: Json) =>
  createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 16);

/** What a plan is frozen from. */
export interface Freezing {
  /** What is declared. */
  readonly definitions: Definitions;
  /** Where everything stands. */
  readonly judgement: Judgement;
  /** How long the last successes of each asset took. */
  readonly durations: ReadonlyMap<string, readonly number[]>;
  /** What was asked for, in words; the assets unless given. */
  readonly title?: string | undefined;
}

/** Freezes planned steps. O(steps + materialized slices downstream). */
export function freezePlan(o: Freezing, steps: readonly PlannedStep[]): FrozenPlan {
  const { definitions, judgement } = o;
  const { steps: ms, total } = expected(steps, o.durations);
  return {
    format: FORMAT,
    madeAt: judgement.now.toISOString(),
    title: o.title ?? titleOf(steps.map((s) => s.asset)),
    steps: steps.map((s, i) => ({ ...s, expectedMs: ms[i] ?? null })),
    expectedMs: total,
    becomesStale: blastRadius(definitions, judgement, steps),
    definitions: Object.fromEntries(
      [...new Set(steps.map((s) => s.asset))].map((
        name,
      ) => [name, plannedAsset(definitions, name)]),
    ),
    facts: factsOf(definitions, judgement, steps),
  };
}

function plannedAsset(definitions: Definitions, name: string): PlannedAsset {
  const asset = definitions.asset(name);
  return { ...fingerprintOf(asset), partitions: asset.partitions.rule };
}

function fingerprintOf(asset: Parameters<typeof fingerprint>[0]) {
  const { code, config } = fingerprint(asset);
  return { code, config };
}

/** Slices that have a version, read what is planned, and are not planned: they may be stale afterwards. */
export function blastRadius(
  definitions: Definitions,
  judgement: Judgement,
  steps: readonly SliceKey[],
): readonly Affected[] {
  const planned = new Set(steps.map((s) => idOf(s.asset, s.partition)));
  const touched = new Set(planned);
  const names = new Set(steps.map((s) => s.asset));
  const found: Affected[] = [];
  for (const asset of definitions.assets) {
    if (asset.external || Object.keys(asset.deps).length === 0) continue;
    const partitions = judgement.states(asset).filter((s) => {
      if (!s.visible || planned.has(idOf(s.asset, s.partition))) return false;
      const key = keyOf(asset, s.partition)!.key;
      return readings(asset, key, judgement.now).some((read) => {
        if (!names.has(read.up.name)) return false;
        const is = (p: string) => touched.has(idOf(read.up.name, p));
        return chosen(read, (p) => is(p) || !!judgement.state(read.up.name, p)?.visible).some(is);
      });
    }).map((s) => s.partition);
    if (partitions.length === 0) continue;
    found.push({ asset: asset.name, partitions });
    names.add(asset.name);
    for (const p of partitions) touched.add(idOf(asset.name, p));
  }
  return found;
}

/** A digest of all visible versions that the steps replace or read. */
export function factsOf(
  definitions: Definitions,
  judgement: Judgement,
  steps: readonly SliceKey[],
): string {
  const versionOf = (asset: string, p: string) =>
    String(judgement.state(asset, p)?.visible?.version ?? "");
  return digest(steps.map((s) => {
    const asset = definitions.asset(s.asset);
    const key = keyOf(asset, s.partition);
    const inputs = key ? readings(asset, key.key, judgement.now) : [];
    return [
      s.asset,
      s.partition,
      versionOf(s.asset, s.partition),
      inputs.flatMap((r) =>
        chosen(r, (p) => versionOf(r.up.name, p) !== "").map((p) => versionOf(r.up.name, p))
      ),
    ];
  }));
}

/** What differs between the definitions that a plan was made of and those of now, a phrase for each asset. */
export function changedSince(plan: FrozenPlan, definitions: Definitions): readonly string[] {
  const known = new Set(definitions.assets.map((a) => a.name));
  return Object.entries(plan.definitions).flatMap(([name, then]) => {
    if (!known.has(name)) return [`"${name}" does not exist any more`];
    const now = plannedAsset(definitions, name);
    if (then.code !== now.code) return [`the code of "${name}" changed`];
    if (then.config !== now.config) return [`the config of "${name}" changed`];
    return then.partitions === now.partitions ? [] : [`"${name}" is cut otherwise`];
  });
}

/** The first planned slice that does not exist any more: its key was removed. */
export function goneSlice(plan: FrozenPlan, definitions: Definitions): SliceKey | undefined {
  return plan.steps.find((s) => !keyOf(definitions.asset(s.asset), s.partition));
}

/** The run of a plan: exactly its steps. Applied twice it is one run, unless `again`. */
export function submissionOfPlan(
  plan: FrozenPlan,
  o: Pick<Submission, "trigger" | "by"> & { readonly again: boolean },
): Submission {
  const steps = plan.steps.map(({ expectedMs: _shown, ...step }) => step);
  return {
    key: o.again ? null : `plan:${digest(plan as unknown as Json)}`,
    job: null,
    maxActiveRuns: Infinity,
    title: plan.title,
    partition: partitionsText(steps.map((s) => s.partition)),
    trigger: o.trigger,
    by: o.by,
    reason: `the plan of ${plan.madeAt} was applied`,
    priority: 0,
    steps,
  };
}

/**
 * Reads a plan that was kept.
 *
 * @throws {SyntaxError} If the text is no plan, or one that another version wrote.
 */
export function readPlan(text: string): FrozenPlan {
  let value: Partial<FrozenPlan> | null;
  try {
    value = JSON.parse(text) as Partial<FrozenPlan> | null;
  } catch (cause) {
    throw new SyntaxError(`Cannot read plan: it is not JSON, ${(cause as Error).message}`, {
      cause,
    });
  }
  if (value?.format !== FORMAT) {
    const found = value?.format === undefined ? "no format is named" : `"${value.format}"`;
    throw new SyntaxError(`Cannot read plan: ${found}, "plan --out FILE" writes "${FORMAT}"`);
  }
  if (!Array.isArray(value.steps) || typeof value.definitions !== "object") {
    throw new SyntaxError("Cannot read plan: it has no steps or no definitions, make it anew");
  }
  value.steps.forEach((step, i) => readStep(step, i, value.definitions!));
  return value as FrozenPlan;
}

/** A plan that somebody edited by hand. */
function readStep(step: Partial<FrozenStep>, i: number, definitions: FrozenPlan["definitions"]) {
  const refuse = (why: string) => {
    throw new SyntaxError(`Cannot read plan: ${why}, make it anew`);
  };
  const { asset, partition, needs } = step ?? {};
  if (typeof asset !== "string" || typeof partition !== "string" || !Array.isArray(needs)) {
    refuse(`step ${i + 1} has no asset, partition or needs`);
  } else if (!Object.hasOwn(definitions, asset)) {
    refuse(`step ${i + 1} runs "${asset}", and what that was is not in it`);
  } else if (!needs.every((n) => Number.isInteger(n) && n >= 0 && n < i)) {
    refuse(`step ${i + 1} needs [${needs}], which are not all steps before it`);
  }
}
