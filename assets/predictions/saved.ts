/**
 * The predictions of a day, saved in PostgreSQL in one transaction.
 *
 * @module
 */
import { asset, check, fail, pass, type TableSlice } from "engine";
import { dailyTraits } from "../daily_traits.ts";
import { getFrame } from "../inputs/frame_store.ts";
import { daily } from "../partitions.ts";
import { database, objects } from "../resources.ts";
import { energyPredictions } from "./energy.ts";
import { moodPredictions } from "./mood.ts";
import { sleepQualityPredictions } from "./sleep_quality.ts";
import { incompleteUsers, savePredictions } from "./table.ts";

/** The step of the same name of the prediction pipeline. */
export const predictionsSaved = asset({
  ...dailyTraits,
  name: "predictions/saved",
  description: "All predictions of the day, in one transaction",
  tags: ["predictions"],
  kinds: ["postgres"],
  deps: {
    energy: energyPredictions,
    mood: moodPredictions,
    sleep_quality: sleepQualityPredictions,
  },
  partitions: daily,
  resources: { database, objects },
  io: {
    tables: ["predictions.prediction"],
    columns: { value: "1–10", low: "1–10", high: "1–10", target_at: "UTC" },
    from: {
      value: ["energy.value", "mood.value", "sleep_quality.value"],
      low: ["energy.low", "mood.low", "sleep_quality.low"],
      high: ["energy.high", "mood.high", "sleep_quality.high"],
      target_at: ["energy.target", "mood.target", "sleep_quality.target"],
    },
  },
  async materialize(sets, { partition, version, now, resources, report }): Promise<TableSlice> {
    const frames = await Promise.all(
      [sets.energy, sets.mood, sets.sleep_quality].map(async (set) => ({
        ...set,
        frame: await getFrame(resources.objects, set.frame),
      })),
    );
    const rows = await savePredictions(resources.database, {
      version,
      partition,
      createdAt: now,
      sets: frames,
    });
    report({
      rows,
      energy: sets.energy.rows,
      mood: sets.mood.rows,
      sleep_quality: sets.sleep_quality.rows,
    });
    return { table: "predictions.prediction", version: version.toString(), rows };
  },
});

/** Readers count on whole sets: a user with a part of one keeps the day from becoming visible. */
export const predictionsAreComplete = check(predictionsSaved, {
  name: "complete",
  description: "Every user has 12 values of energy, one of mood and one of sleep quality",
  severity: "critical",
  blocking: true,
  resources: { database },
  async run({ version, rows }, { resources }) {
    const users = await incompleteUsers(resources.database, version);
    return users === 0 ? pass({ rows }) : fail(`${users} users lack predictions`, { users });
  },
});
