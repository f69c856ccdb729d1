/**
 * Quality a user will rate for the coming night, the better of XGBoost and LightGBM.
 *
 * @module
 */
import { asset } from "engine";
import { dailyTraits } from "../daily_traits.ts";
import { daily } from "../partitions.ts";
import { database, objects } from "../resources.ts";
import { engineered } from "../training/engineered.ts";
import { materializeModel } from "./model_asset.ts";
import { intervalCheck, promotedCheck } from "./model_checks.ts";
import { sleepQualityRecipe as recipe } from "./recipes.ts";

/** The model of the same name; see {@linkcode recipe} for how it is trained. */
export const sleepQualityModel = asset({
  ...dailyTraits,
  name: "models/sleep_quality",
  description: "Quality a user will rate for the coming night, the better of XGBoost and LightGBM",
  tags: ["training"],
  kinds: ["xgboost", "lightgbm", "onnx"],
  deps: { engineered },
  partitions: daily,
  timeout: "1h",
  resources: { database, objects },
  config: recipe,
  io: { tables: ["ml.model"] },
  materialize: ({ engineered }, context) =>
    materializeModel({ name: "sleep_quality", recipe, engineered, context }),
});

/** See {@linkcode promotedCheck}. */
export const sleepQualityModelIsPromoted = promotedCheck(sleepQualityModel);
/** See {@linkcode intervalCheck}. */
export const sleepQualityModelHoldsIntervals = intervalCheck(sleepQualityModel);
