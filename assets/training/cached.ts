/**
 * The served models where programs find them.
 *
 * @module
 */
import { asset } from "engine";
import { dailyTraits } from "../daily_traits.ts";
import { cacheModel, uncacheModel } from "../models/cache_model.ts";
import { energyModel } from "../models/energy.ts";
import { moodModel } from "../models/mood.ts";
import { servedModels } from "../models/registry.ts";
import { sleepQualityModel } from "../models/sleep_quality.ts";
import { daily } from "../partitions.ts";
import { cache, database } from "../resources.ts";

/**
 * Writes the models that are served now, whatever the day: a model that was trained for a past day replaces none. A
 * step of its own, so that no training is lost or repeated because the cache does not answer.
 */
export const trainingCached = asset({
  ...dailyTraits,
  group: "models",
  name: "training/cached",
  description: "The served models in the cache, for programs that predict without the database",
  tags: ["training", "serving"],
  kinds: ["redis"],
  deps: { energy: energyModel, mood: moodModel, sleep_quality: sleepQualityModel },
  partitions: daily,
  resources: { cache, database },
  async materialize(_, { resources, report }) {
    const versions: string[] = [];
    for await (const { name, model } of servedModels(resources.database)) {
      if (model) await cacheModel(resources.cache, model);
      else await uncacheModel(resources.cache, name);
      if (model) versions.push(model.manifest.modelVersion);
    }
    report({ models: versions.length });
    return { versions };
  },
});
