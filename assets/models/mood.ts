/**
 * Mean mood of a user's next local day, LightGBM.
 *
 * @module
 */
import { asset, check, fail, pass } from "engine";
import { dailyTraits } from "../daily_traits.ts";
import { daily } from "../partitions.ts";
import { cache, database, objects } from "../resources.ts";
import { engineered } from "../training/engineered.ts";
import { materializeModel } from "./model_asset.ts";
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
  resources: { database, objects, cache },
  config: recipe,
  io: { tables: ["ml.model"] },
  materialize: ({ engineered }, context) =>
    materializeModel({ name: "mood", recipe, engineered, context }),
});

/** A model that was not promoted leaves its predecessor in service; people should know. */
export const moodModelIsPromoted = check(moodModel, {
  name: "promoted",
  description: "The new model beats the baselines and is not worse than the one in service",
  severity: "warning",
  run: (model) => model.promoted ? pass({ mae: model.mae }) : fail(`Not promoted: ${model.reason}`),
});
