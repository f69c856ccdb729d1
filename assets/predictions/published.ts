/**
 * Tells other systems about new predictions.
 *
 * @module
 */
import { asset } from "engine";
import { dailyTraits } from "../daily_traits.ts";
import { daily } from "../partitions.ts";
import { database } from "../resources.ts";
import { predictionsSaved } from "./saved.ts";
import { readPredictions } from "./table.ts";

/** One event for each user and kind. */
export const predictionsPublished = asset({
  ...dailyTraits,
  name: "predictions/published",
  description: "An event for each user and kind of prediction, through the outbox",
  tags: ["predictions"],
  kinds: ["kafka"],
  deps: { saved: predictionsSaved },
  partitions: daily,
  resources: { database },
  async materialize({ saved }, { partition, resources, emit, report }) {
    const predictions = await readPredictions(resources.database, saved.version);
    const sets = Map.groupBy(predictions, (p) => `${p.user_id}/${p.kind}`);
    for (const set of sets.values()) {
      const { user_id, kind, model_version } = set[0]!;
      emit({
        topic: "aurora.predictions.generated",
        key: user_id,
        schemaVersion: 1,
        payload: {
          user_id,
          kind,
          partition,
          model_version,
          values: set.map(({ target_at, value, low, high }) => ({
            target_at: target_at.toISOString(),
            value,
            low,
            high,
          })),
        },
      });
    }
    report({ events: sets.size });
    return { events: sets.size };
  },
});
