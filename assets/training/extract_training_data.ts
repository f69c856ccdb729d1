/**
 * The data that models are trained on: 90 days of events as they were known at the end of the day.
 *
 * @module
 */
import { asset } from "engine";
import { dailyTraits } from "../daily_traits.ts";
import { putFrame } from "../inputs/frame_store.ts";
import { DAY } from "../inputs/calendar.ts";
import { extractHistory } from "../inputs/extract_history.ts";
import { daily } from "../partitions.ts";
import { database, objects } from "../resources.ts";
import { lifeEvents, users } from "../source.ts";

/** Where the extracted history is kept. `type`, not `interface`: it is stored as JSON. */
export type TrainingData = {
  /** Digests in the store of objects. */
  readonly frames: { readonly users: string; readonly events: string };
  /** How many events. */
  readonly rows: number;
  /** How many users. */
  readonly users: number;
  /** The first instant, ISO. */
  readonly from: string;
  /** The as-of instant, ISO. */
  readonly to: string;
};

const config = { days: 90 } as const;

/** The step of the same name of the training pipeline. */
export const extractTrainingData = asset({
  ...dailyTraits,
  group: "models",
  name: "training/extract_training_data",
  description: "Events of the last 90 days as known at the end of the day, in typed columns",
  tags: ["training"],
  kinds: ["postgres", "arrow"],
  deps: { events: lifeEvents, users },
  partitions: daily,
  resources: { database, objects },
  config,
  async materialize(_, { partition, resources, signal, report }): Promise<TrainingData> {
    const to = daily.span(partition)![1];
    const from = new Date(to.getTime() - config.days * DAY);
    const frames = await extractHistory(resources.database, { from, to }, signal);
    report({ rows: frames.events.rows, users: frames.users.rows });
    return {
      frames: {
        users: await putFrame(resources.objects, frames.users),
        events: await putFrame(resources.objects, frames.events),
      },
      rows: frames.events.rows,
      users: frames.users.rows,
      from: from.toISOString(),
      to: to.toISOString(),
    };
  },
});
