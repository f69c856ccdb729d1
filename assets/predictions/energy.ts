/**
 * Energy of every active user in the next 24 hours, every two hours.
 *
 * @module
 */
import { asset, newest } from "engine";
import { dailyTraits } from "../daily_traits.ts";
import { energyModel } from "../models/energy.ts";
import { FEATURE_VERSION } from "../inputs/model_inputs.ts";
import { daily } from "../partitions.ts";
import { database, objects } from "../resources.ts";
import { activeUsers } from "./active_users.ts";
import { materializePredictions } from "./prediction_asset.ts";

/** The step of the same name of the prediction pipeline. */
export const energyPredictions = asset({
  ...dailyTraits,
  name: "predictions/energy",
  description: "Energy of every active user in the next 24 hours, every two hours",
  tags: ["predictions"],
  kinds: ["onnx"],
  deps: { model: newest(energyModel), users: activeUsers },
  partitions: daily,
  timeout: "30m",
  resources: { database, objects },
  config: { featureVersion: FEATURE_VERSION },
  materialize: ({ model, users }, context) =>
    materializePredictions({ kind: "energy", model, users, context }),
});
