/**
 * Some of what is served from Redis, to measure it.
 *
 * @module
 */
import type { FeatureType, FeatureView, OnlineRow } from "engine";
import { modelKey } from "../models/cache_model.ts";
import { servedModels } from "../models/registry.ts";
import { featureViews } from "../features/views.ts";
import { cachedSet, predictionsKey } from "../predictions/cached.ts";
import type { Prediction } from "../predictions/table.ts";
import type { Sql } from "../sql.ts";
import { newestRowsOf } from "./features.ts";
import { cachedEntries, lastPublished } from "./predictions.ts";

/** A key of the cache, and how long its value is, in bytes. */
export interface Kept {
  readonly key: string;
  readonly bytes: number;
}

/** Some of what is served. */
export interface Sample {
  /** The newest rows of the same users in each view. */
  readonly rows: ReadonlyMap<FeatureView, readonly OnlineRow[]>;
  readonly predictions: readonly Kept[];
  readonly models: readonly Kept[];
  /** Users that have features. */
  readonly users: number;
  /** Users that have predictions. */
  readonly predicted: number;
  /** What is not published yet, and so is of typical values. */
  readonly typical: readonly ("features" | "predictions")[];
}

/** Takes up to 5,000 users of each view and up to 1,000 with predictions. */
export async function sampleOf(sql: Sql, now: Date): Promise<Sample> {
  const rows = new Map<FeatureView, readonly OnlineRow[]>();
  let users = 0;
  for (const view of featureViews) {
    let found = 0;
    for await (const some of newestRowsOf(sql, view, now)) {
      if (found === 0) rows.set(view, some);
      found += some.length;
    }
    users = Math.max(users, found);
  }
  const predictions: Kept[] = [];
  let predicted = 0;
  const last = await lastPublished(sql);
  for await (const entries of last ? cachedEntries(sql, last) : []) {
    if (predicted === 0) {
      predictions.push(...entries.map(({ key, value }) => ({ key, bytes: value.length })));
    }
    predicted += entries.length;
  }
  return {
    rows: users === 0 ? new Map(featureViews.map((view) => [view, [typicalRow(view)]])) : rows,
    predictions: predicted === 0 ? [typicalPredictions()] : predictions,
    models: await modelsOf(sql),
    users,
    predicted,
    typical: [
      ...users === 0 ? ["features" as const] : [],
      ...predicted === 0 ? ["predictions" as const] : [],
    ],
  };
}

async function modelsOf(sql: Sql): Promise<Kept[]> {
  const models: Kept[] = [];
  for await (const { name, model } of servedModels(sql)) {
    if (!model) continue;
    const manifest = new TextEncoder().encode(JSON.stringify(model.manifest));
    models.push({ key: modelKey(name), bytes: manifest.length });
    models.push({ key: `${modelKey(name)}:onnx`, bytes: model.onnx.length });
  }
  return models;
}

const USER = "00000000-0000-7000-8000-000000000000";
const AT = new Date("2026-01-01T06:00:00Z");
const TYPICAL: { readonly [T in FeatureType]?: number } = { INT64: 200, DOUBLE: 100 / 3 };

function typicalRow(view: FeatureView): OnlineRow {
  const values = Object.fromEntries(view.fields.map((f) => [f.name, TYPICAL[f.type] ?? null]));
  return { entity: USER, eventTime: AT, values };
}

function typicalPredictions(): Kept {
  const of = (kind: Prediction["kind"]): Prediction => ({
    kind,
    user_id: USER,
    target_at: AT,
    value: 20 / 3,
    low: 17 / 3,
    high: 23 / 3,
    model_version: `${kind}-2026-01-01-0123456789ab`,
  });
  const energy = Array.from({ length: 12 }, () => of("energy"));
  const set = cachedSet("2026-01-01", [...energy, of("mood"), of("sleep_quality")]);
  return { key: predictionsKey(USER), bytes: set.length };
}
