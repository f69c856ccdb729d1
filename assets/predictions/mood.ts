/**
 * Mean mood of every active user's next local day.
 *
 * @module
 */
import { asset, newest } from "engine";
import { dailyTraits } from "../daily_traits.ts";
import { moodModel } from "../models/mood.ts";
import { FEATURE_VERSION } from "../inputs/model_inputs.ts";
import { daily } from "../partitions.ts";
import { database, objects } from "../resources.ts";
import { activeUsers } from "./active_users.ts";
import { materializePredictions } from "./prediction_asset.ts";

/** The step of the same name of the prediction pipeline. */
export const moodPredictions = asset({
  ...dailyTraits,
  name: "predictions/mood",
  description: "Mean mood of every active user's next local day",
  tags: ["predictions"],
  kinds: ["onnx"],
  deps: { model: newest(moodModel), users: activeUsers },
  partitions: daily,
  timeout: "30m",
  resources: { database, objects },
  config: { featureVersion: FEATURE_VERSION },
  materialize: ({ model, users }, context) =>
    materializePredictions({ kind: "mood", model, users, context }),
});
