/**
 * The work that the three model assets share: read the table, train, keep, report.
 *
 * @module
 */
import type { Metadata } from "engine";
import type { Sql } from "../sql.ts";
import { getFrame, type ObjectStore } from "../inputs/frame_store.ts";
import type { ModelName } from "../inputs/model_inputs.ts";
import type { Engineered } from "../training/engineered.ts";
import { bestBaseline } from "./baselines.ts";
import type { Manifest } from "./manifest.ts";
import { championBefore, saveModel } from "./registry.ts";
import type { ModelSlice } from "./slice.ts";
import { type Recipe, trainModel } from "./train_model.ts";

/** What a model asset works with. */
export interface ModelWork {
  /** The model. */
  readonly name: ModelName;
  /** How it is trained. */
  readonly recipe: Recipe;
  /** The training tables. */
  readonly engineered: Engineered;
  /** From the context of the asset. */
  readonly context: {
    readonly partition: string;
    readonly version: bigint;
    readonly signal: AbortSignal;
    readonly resources: { readonly database: Sql; readonly objects: ObjectStore };
    log(message: string, metadata?: Metadata): void;
    report(metadata: Metadata): void;
  };
}

/** Trains one model and keeps it, whether it is promoted or not; may be repeated at any time. */
export async function materializeModel(work: ModelWork): Promise<ModelSlice> {
  const { name, recipe, engineered, context } = work;
  const { database, objects } = context.resources;
  const champion = await championBefore(database, name, context.partition);
  const began = performance.now();
  const { onnx, manifest } = await trainModel({
    name,
    partition: context.partition,
    recipe,
    table: await getFrame(objects, engineered.tables[name]),
    from: Date.parse(engineered.from),
    asOf: Date.parse(engineered.to),
    champion,
    data: { "training/engineered": engineered.tables[name] },
    signal: context.signal,
    onRound(algorithm, { round, value }) {
      if (round % 25 === 0) context.log(`${algorithm} round ${round}`, { value });
    },
  }, async (bytes) => (await objects.put(bytes)).digest);
  const { promoted, reason } = manifest.gate;
  context.log(promoted ? `Promoted: ${reason}` : `Not promoted: ${reason}`);
  context.report(metadataOf(manifest, (performance.now() - began) / 1_000));
  await saveModel(database, context.version, { onnx, manifest });
  return sliceOf(manifest, context.version, champion?.version ?? null);
}

function sliceOf(manifest: Manifest, version: bigint, champion: string | null): ModelSlice {
  const { promoted, reason } = manifest.gate;
  return {
    table: "ml.model",
    version: version.toString(),
    rows: 1,
    digest: manifest.digest,
    modelVersion: manifest.modelVersion,
    promoted,
    reason,
    served: promoted ? version.toString() : champion,
    mae: manifest.metrics.mae,
    baselineMae: bestBaseline(manifest.baselines).mae,
    intervalCoverage: manifest.interval.coverage,
  };
}

function metadataOf(manifest: Manifest, seconds: number): Metadata {
  const best = bestBaseline(manifest.baselines);
  const { metrics } = manifest;
  return {
    mae: metrics.mae,
    rmse: metrics.rmse,
    r2: metrics.r2,
    spearman: metrics.spearman,
    baseline: best.name,
    baseline_mae: best.mae,
    parity_max_abs_diff: manifest.parity.maxAbsDiff,
    model_version: manifest.modelVersion,
    library: manifest.library,
    promoted: manifest.gate.promoted,
    reason: manifest.gate.reason,
    rows_train: manifest.rows.train,
    rows_valid: manifest.rows.valid,
    rounds: manifest.rounds,
    interval_half_width: manifest.interval.halfWidth,
    interval_coverage: manifest.interval.coverage,
    seconds: Math.round(seconds * 1_000) / 1_000,
  };
}
