/**
 * Energy a user will rate at an hour of the coming day, XGBoost.
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
import { energyRecipe as recipe } from "./recipes.ts";

/** The model of the same name; see {@linkcode recipe} for how it is trained. */
export const energyModel = asset({
  ...dailyTraits,
  name: "models/energy",
  description: "Energy a user will rate at an hour of the coming day, XGBoost",
  tags: ["training"],
  kinds: ["xgboost", "onnx"],
  deps: { engineered },
  partitions: daily,
  timeout: "1h",
  resources: { database, objects },
  config: recipe,
  io: { tables: ["ml.model"] },
  materialize: ({ engineered }, context) =>
    materializeModel({ name: "energy", recipe, engineered, context }),
});

/** See {@linkcode promotedCheck}. */
export const energyModelIsPromoted = promotedCheck(energyModel);
/** See {@linkcode intervalCheck}. */
export const energyModelHoldsIntervals = intervalCheck(energyModel);
