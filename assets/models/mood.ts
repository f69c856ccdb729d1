/**
 * Mean mood of a user's next local day, LightGBM.
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
import { moodRecipe as recipe } from "./recipes.ts";

/** The model of the same name; see {@linkcode recipe} for how it is trained. */
export const moodModel = asset({
  ...dailyTraits,
  name: "models/mood",
  description: "Mean mood of a user's next local day, LightGBM",
  tags: ["training"],
  kinds: ["lightgbm", "onnx"],
  deps: { engineered },
  partitions: daily,
  timeout: "1h",
  resources: { database, objects },
  config: recipe,
  io: { tables: ["ml.model"] },
  materialize: ({ engineered }, context) =>
    materializeModel({ name: "mood", recipe, engineered, context }),
});

/** See {@linkcode promotedCheck}. */
export const moodModelIsPromoted = promotedCheck(moodModel);
/** See {@linkcode intervalCheck}. */
export const moodModelHoldsIntervals = intervalCheck(moodModel);
