/**
 * The work that the three prediction assets share.
 *
 * @module
 */
import type { Metadata, TableSlice } from "engine";
import type { Sql } from "../sql.ts";
import { DAY } from "../inputs/calendar.ts";
import { DAYS_BACK } from "../inputs/daily_sums.ts";
import { extractHistory } from "../inputs/extract_history.ts";
import { type ObjectStore, putFrame } from "../inputs/frame_store.ts";
import { historyOf } from "../inputs/history.ts";
import type { ModelName } from "../inputs/model_inputs.ts";
import { servedModel } from "../models/registry.ts";
import type { ModelSlice } from "../models/slice.ts";
import { daily } from "../partitions.ts";
import { predict, questionsAt } from "./score.ts";

/** Predictions of one kind and day. `type`, not `interface`: it is stored as JSON. */
export type PredictionSet = {
  /** What was predicted. */
  readonly kind: ModelName;
  /** Digest of the frame in the store of objects. */
  readonly frame: string;
  /** Number of predictions. */
  readonly rows: number;
  /** The model they came from. */
  readonly modelVersion: string;
  /** Version of the definitions of its inputs. */
  readonly featureVersion: string;
};

/** What a prediction asset works with. */
export interface PredictionWork {
  /** What is predicted. */
  readonly kind: ModelName;
  /** The newest model up to the day. */
  readonly model: ModelSlice;
  /** For whom. */
  readonly users: TableSlice;
  /** From the context of the asset. */
  readonly context: {
    readonly partition: ReturnType<typeof daily.parse>;
    readonly signal: AbortSignal;
    readonly resources: { readonly database: Sql; readonly objects: ObjectStore };
    report(metadata: Metadata): void;
  };
}

/**
 * Predicts one kind for the 24 hours after a day, for all users of a version of the active users.
 */
export async function materializePredictions(work: PredictionWork): Promise<PredictionSet> {
  const { kind, users, context } = work;
  const { partition, resources, signal } = context;
  const began = performance.now();
  const model = await servedModel(resources.database, {
    name: kind,
    partition,
    planned: work.model.served,
  });
  const to = daily.span(partition)![1];
  const from = new Date(to.getTime() - DAYS_BACK * DAY);
  const activeVersion = BigInt(users.version);
  const frames = await extractHistory(resources.database, { from, to, activeVersion }, signal);
  const questions = questionsAt(historyOf(frames.users, frames.events), {
    model: kind,
    names: model.manifest.features,
    cutoff: to.getTime(),
  });
  const predictions = await predict(model, questions);
  const { modelVersion, featureVersion } = model.manifest;
  const { rows } = predictions;
  context.report({
    rows,
    users: users.rows,
    model_version: modelVersion,
    seconds: Math.round(performance.now() - began) / 1_000,
  });
  const frame = await putFrame(resources.objects, predictions);
  return { kind, frame, rows, modelVersion, featureVersion };
}
