/**
 * The training tables, point in time.
 *
 * Made in TypeScript, not in SQL: the same functions compute the inputs of predictions, so that
 * the two cannot differ, and a user's state is made once per day for all three models.
 *
 * @module
 */
import { asset, check, fail, pass } from "engine";
import { type Frame, numbers } from "../../ml/mod.ts";
import { dailyTraits } from "../daily_traits.ts";
import { DAY } from "../inputs/calendar.ts";
import { getFrame, putFrame } from "../inputs/frame_store.ts";
import { historyOf } from "../inputs/history.ts";
import { FEATURE_VERSION, type ModelName, MODELS } from "../inputs/model_inputs.ts";
import { trainingTables } from "../inputs/training_table.ts";
import { daily } from "../partitions.ts";
import { objects } from "../resources.ts";
import { extractTrainingData } from "./extract_training_data.ts";

/** Where the tables are kept. `type`, not `interface`: it is stored as JSON. */
export type Engineered = {
  /** Digests in the store of objects, by model. */
  readonly tables: { readonly [model in ModelName]: string };
  /** Number of rows, by model. */
  readonly rows: { readonly [model in ModelName]: number };
  /** Version of the definitions of the inputs. */
  readonly featureVersion: string;
  /** The first instant of labels, ISO. */
  readonly from: string;
  /** The as-of instant, ISO. */
  readonly to: string;
};

// The oldest days only serve as history of the later ones.
const config = { warmUpDays: 14, featureVersion: FEATURE_VERSION } as const;

/** The step of the same name of the training pipeline. */
export const engineered = asset({
  ...dailyTraits,
  group: "models",
  name: "training/engineered",
  description: "One training table per model, each row with the inputs known before its label",
  tags: ["training"],
  kinds: ["typescript", "arrow"],
  // Computes for seconds without a pause, on a busy machine for tens of them: in its own process it keeps no sign of life back.
  timeout: "1h",
  deps: { data: extractTrainingData },
  partitions: daily,
  resources: { objects },
  config,
  async materialize({ data }, { resources, report }): Promise<Engineered> {
    const history = historyOf(
      await getFrame(resources.objects, data.frames.users),
      await getFrame(resources.objects, data.frames.events),
    );
    const from = Date.parse(data.from) + config.warmUpDays * DAY;
    const tables = trainingTables(history, { from, to: Date.parse(data.to) });
    const unknown = history.users.filter((user) => !user.zone.isKnown).length;
    report({
      rows_energy: tables.energy.rows,
      rows_mood: tables.mood.rows,
      rows_sleep_quality: tables.sleep_quality.rows,
      users_without_known_timezone: unknown,
    });
    const put = (model: ModelName) => putFrame(resources.objects, tables[model]);
    return {
      tables: {
        energy: await put("energy"),
        mood: await put("mood"),
        sleep_quality: await put("sleep_quality"),
      },
      rows: {
        energy: tables.energy.rows,
        mood: tables.mood.rows,
        sleep_quality: tables.sleep_quality.rows,
      },
      featureVersion: FEATURE_VERSION,
      from: new Date(from).toISOString(),
      to: data.to,
    };
  },
});

/** Rows whose inputs may have seen their own label: the cutoff lies after the label's instant. */
export function leakingRows(table: Frame): number {
  const at = numbers(table, "at");
  const cutoff = numbers(table, "cutoff");
  let leaking = 0;
  for (let row = 0; row < table.rows; row++) if (cutoff[row]! > at[row]!) leaking++;
  return leaking;
}

/** No row may know its own future. */
export const pointInTime = check(engineered, {
  name: "point_in_time",
  description: "The inputs of every row were known before the instant of its label",
  severity: "critical",
  blocking: true,
  resources: { objects },
  async run(value, { resources }) {
    let leaking = 0;
    for (const model of MODELS) {
      leaking += leakingRows(await getFrame(resources.objects, value.tables[model]));
    }
    return leaking === 0 ? pass() : fail(`${leaking} rows saw their own label`, { leaking });
  },
});
