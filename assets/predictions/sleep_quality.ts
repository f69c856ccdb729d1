/**
 * Quality of every active user's coming night.
 *
 * @module
 */
import { asset, newest } from "engine";
import { dailyTraits } from "../daily_traits.ts";
import { sleepQualityModel } from "../models/sleep_quality.ts";
import { FEATURE_VERSION } from "../inputs/model_inputs.ts";
import { daily } from "../partitions.ts";
import { database, objects } from "../resources.ts";
import { activeUsers } from "./active_users.ts";
import { materializePredictions } from "./prediction_asset.ts";

/** The step of the same name of the prediction pipeline. */
export const sleepQualityPredictions = asset({
  ...dailyTraits,
  name: "predictions/sleep_quality",
  description: "Quality of every active user's coming night",
  tags: ["predictions"],
  kinds: ["onnx"],
  deps: { model: newest(sleepQualityModel), users: activeUsers },
  partitions: daily,
  timeout: "30m",
  resources: { database, objects },
  config: { featureVersion: FEATURE_VERSION },
  materialize: ({ model, users }, context) =>
    materializePredictions({ kind: "sleep_quality", model, users, context }),
});
