/**
 * Trains one model on its table: split, candidates, metrics, interval, gate.
 *
 * @module
 */
import {
  type Algorithm,
  type Frame,
  type RegressionMetrics,
  regressionMetrics,
  Scorer,
  train,
  type Trained,
} from "../../ml/mod.ts";
import { FEATURE_VERSION, type ModelName } from "../inputs/model_inputs.ts";
import { baselines, bestBaseline } from "./baselines.ts";
import { gate } from "./gate.ts";
import { conformalInterval } from "./interval.ts";
import type { Manifest } from "./manifest.ts";
import type { Model } from "./registry.ts";
import { type Split, splitByTime } from "./split.ts";

/** How one library is to train. `type`, not `interface`: it is part of an asset's configuration. */
export type Candidate = {
  /** The library. */
  readonly algorithm: Algorithm;
  /** Its parameters by its own names. */
  readonly params: { readonly [name: string]: number | string | boolean };
};

/** How a model is trained. `type`, not `interface`: it is an asset's configuration. */
export type Recipe = {
  /** The libraries to try; the best on the validation rows is kept. */
  readonly candidates: readonly Candidate[];
  /** Most trees. */
  readonly rounds: number;
  /** Stop when so many more trees brought nothing. */
  readonly earlyStoppingRounds: number;
  /** Days at the end that are not learned from. */
  readonly validDays: number;
  /** Share of true values that intervals are to hold. */
  readonly level: number;
  /** How much worse than the champion is accepted, as a share. */
  readonly tolerance: number;
  /** Seed of all randomness. */
  readonly seed: number;
};

/** What a training is about. */
export interface TrainingTask {
  /** The model. */
  readonly name: ModelName;
  /** The day. */
  readonly partition: string;
  /** How. */
  readonly recipe: Recipe;
  /** The training table. */
  readonly table: Frame;
  /** The first instant of labels. */
  readonly from: number;
  /** The as-of instant. */
  readonly asOf: number;
  /** The model that is served until now. */
  readonly champion: Model | undefined;
  /** Versions of the data, for the manifest. */
  readonly data: { readonly [input: string]: string };
  /** Cancels. */
  readonly signal: AbortSignal;
  /** Told about each round. */
  onRound?(algorithm: Algorithm, round: { readonly round: number; readonly value: number }): void;
}

/** All ratings are on this scale, and so are predictions. */
export const clamp = (value: number): number => Math.min(10, Math.max(1, value));

interface Contender {
  readonly candidate: Candidate;
  readonly trained: Trained;
  readonly predicted: Float32Array;
  readonly metrics: RegressionMetrics;
}

async function contend(task: TrainingTask, split: Split, candidate: Candidate): Promise<Contender> {
  const { recipe, signal } = task;
  const trained = await train({
    algorithm: candidate.algorithm,
    params: candidate.params,
    featureNames: split.names,
    train: split.train.inputs,
    trainLabel: split.train.label,
    valid: split.valid.inputs,
    validLabel: split.valid.label,
    rounds: recipe.rounds,
    earlyStoppingRounds: recipe.earlyStoppingRounds,
    seed: recipe.seed,
  }, { signal, onRound: (round) => task.onRound?.(candidate.algorithm, round) });
  const predicted = trained.validPrediction.map(clamp);
  const metrics = regressionMetrics(split.valid.label, predicted);
  return { candidate, trained, predicted, metrics };
}

/** Mean absolute error of the champion on the same rows, undefined if its inputs are others. */
async function championMae(champion: Model | undefined, split: Split): Promise<number | undefined> {
  if (!champion) return undefined;
  const { features, featureVersion } = champion.manifest;
  const isComparable = featureVersion === FEATURE_VERSION &&
    features.join() === split.names.join();
  if (!isComparable) return undefined;
  await using scorer = await Scorer.load(champion.onnx, split.names);
  const predicted = (await scorer.score(split.valid.inputs)).map(clamp);
  return regressionMetrics(split.valid.label, predicted).mae;
}

/**
 * Trains all candidates, keeps the best and decides about its promotion.
 *
 * `digestOf` names the bytes by hexadecimal digits: the store of objects does it while it keeps
 * them.
 *
 * @throws {RangeError} If the table has too few rows to be split.
 */
export async function trainModel(
  task: TrainingTask,
  digestOf: (onnx: Uint8Array) => Promise<string>,
): Promise<{ readonly onnx: Uint8Array; readonly manifest: Manifest }> {
  const split = splitByTime(task.table, { asOf: task.asOf, validDays: task.recipe.validDays });
  const contenders: Contender[] = [];
  for (const candidate of task.recipe.candidates) {
    contenders.push(await contend(task, split, candidate));
  }
  const best = contenders.reduce((a, b) => b.metrics.mae < a.metrics.mae ? b : a);
  const before = await championMae(task.champion, split);
  const digest = await digestOf(best.trained.onnx);
  const manifest = describe({ task, split, contenders, best, before, digest });
  return { onnx: best.trained.onnx, manifest };
}

interface Outcome {
  readonly task: TrainingTask;
  readonly split: Split;
  readonly contenders: readonly Contender[];
  readonly best: Contender;
  readonly before: number | undefined;
  readonly digest: string;
}

function describe({ task, split, contenders, best, before, digest }: Outcome): Manifest {
  const { name, partition, recipe } = task;
  const compared = baselines(split.train, split.valid);
  const verdict = gate({
    mae: best.metrics.mae,
    baselineMae: bestBaseline(compared).mae,
    championMae: before,
    tolerance: recipe.tolerance,
  });
  const iso = (instant: number) => new Date(instant).toISOString();
  return {
    name,
    modelVersion: `${name}-${partition}-${digest.slice(0, 12)}`,
    partition,
    digest,
    signature: {
      input: { name: "x", type: "float32", columns: split.names.length },
      output: { name: "y", type: "float32", columns: 1 },
    },
    features: split.names,
    featureVersion: FEATURE_VERSION,
    library: best.trained.library,
    params: best.candidate.params,
    seed: recipe.seed,
    rounds: best.trained.bestRound,
    window: { from: iso(task.from), validFrom: iso(split.validFrom), to: iso(task.asOf) },
    rows: { train: split.train.label.length, valid: split.valid.label.length },
    metrics: best.metrics,
    baselines: compared,
    candidates: Object.fromEntries(contenders.map((c) => [c.trained.library, c.metrics.mae])),
    interval: conformalInterval({
      label: split.valid.label,
      predicted: best.predicted,
      at: split.valid.at,
      level: recipe.level,
    }),
    parity: best.trained.parity,
    importance: best.trained.importance,
    data: task.data,
    gate: {
      ...verdict,
      champion: task.champion?.manifest.modelVersion ?? null,
      championMae: before ?? null,
    },
  };
}
