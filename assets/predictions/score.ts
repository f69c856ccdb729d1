/**
 * From what is known of users to predictions with their intervals.
 *
 * @module
 */
import { type Frame, type Matrix, Scorer } from "../../ml/mod.ts";
import type { History } from "../inputs/history.ts";
import { inputsOf, type ModelName, type Row } from "../inputs/model_inputs.ts";
import {
  comingNight,
  energyTargets,
  nextLocalDay,
  stateAt,
  type UserState,
} from "../inputs/user_state.ts";
import type { Model } from "../models/registry.ts";
import { clamp } from "../models/train_model.ts";

/** The moments that a model is asked about, from the state of one user. */
export const targetsOf: { readonly [model in ModelName]: (s: UserState) => readonly number[] } = {
  energy: (state) => energyTargets(state.cutoff),
  mood: (state) => [nextLocalDay(state)],
  sleep_quality: (state) => [comingNight(state)],
};

/** Rows to be predicted. */
export interface Questions {
  /** The user of each row. */
  readonly users: readonly string[];
  /** The moment each row asks about, milliseconds since 1970 UTC. */
  readonly targets: Float64Array;
  /** The inputs, in the order of `names`. */
  readonly inputs: Matrix;
}

/**
 * The inputs of every user at `cutoff`, in the order of `names`.
 *
 * @throws {RangeError} If the model wants an input that is not made.
 */
export function questionsAt(
  history: History,
  o: { readonly model: ModelName; readonly names: readonly string[]; readonly cutoff: number },
): Questions {
  const users: string[] = [];
  const targets: number[] = [];
  const values: number[] = [];
  for (const user of history.users) {
    const state = stateAt(history, user, o.cutoff);
    for (const target of targetsOf[o.model](state)) {
      users.push(user.id);
      targets.push(target);
      const row = inputsOf[o.model](state, target);
      for (const name of o.names) values.push(input(row, name, o.model));
    }
  }
  return {
    users,
    targets: Float64Array.from(targets),
    inputs: {
      rows: users.length,
      features: o.names.length,
      values: Float32Array.from(values),
    },
  };
}

function input(row: Row, name: string, model: ModelName): number {
  const value = row[name];
  if (value !== undefined) return value;
  const known = Object.keys(row).join(", ");
  throw new RangeError(
    `Cannot predict ${model}: the model wants input "${name}", made are ${known}`,
  );
}

/** Predictions of one kind as columns `user_id`, `target`, `value`, `low` and `high`. */
export async function predict(model: Model, questions: Questions): Promise<Frame> {
  await using scorer = await Scorer.load(model.onnx, model.manifest.features);
  const raw = questions.inputs.rows === 0
    ? new Float32Array()
    : await scorer.score(questions.inputs);
  const { halfWidth } = model.manifest.interval;
  const value = Float64Array.from(raw, clamp);
  return {
    rows: questions.users.length,
    columns: {
      user_id: questions.users,
      target: questions.targets,
      value,
      low: value.map((v) => clamp(v - halfWidth)),
      high: value.map((v) => clamp(v + halfWidth)),
    },
  };
}
