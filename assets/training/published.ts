/**
 * Tells other systems that models were trained.
 *
 * @module
 */
import { asset } from "engine";
import { dailyTraits } from "../daily_traits.ts";
import { energyModel } from "../models/energy.ts";
import { moodModel } from "../models/mood.ts";
import { sleepQualityModel } from "../models/sleep_quality.ts";
import { daily } from "../partitions.ts";

/** One event for each model, promoted or not. */
export const trainingPublished = asset({
  ...dailyTraits,
  group: "models",
  name: "training/published",
  description: "An event for each model that was trained, through the outbox",
  tags: ["training"],
  kinds: ["kafka"],
  deps: { energy: energyModel, mood: moodModel, sleep_quality: sleepQualityModel },
  partitions: daily,
  materialize(models, { partition, emit, report }) {
    const trained = Object.entries(models);
    for (const [name, model] of trained) {
      emit({
        topic: "aurora.training.completed",
        key: `models/${name}`,
        schemaVersion: 1,
        payload: {
          model: name,
          partition,
          model_version: model.modelVersion,
          digest: model.digest,
          promoted: model.promoted,
          reason: model.reason,
          mae: model.mae,
          baseline_mae: model.baselineMae,
        },
      });
    }
    report({ events: trained.length });
    return { events: trained.length };
  },
});
