/**
 * What can be predicted without a model; a model that is no better is not worth serving.
 *
 * @module
 */
import { type RegressionMetrics, regressionMetrics } from "../../ml/mod.ts";
import type { Part } from "./split.ts";

/** The baselines. */
export type BaselineName = "global_mean" | "user_mean" | "last_value";
/** Their metrics on the validation rows. */
export type Baselines = { readonly [name in BaselineName]: RegressionMetrics };

/** Predictions of the validation rows by each baseline; what a user lacks is the global mean. */
export function baselinePredictions(
  train: Pick<Part, "label" | "user">,
  valid: Pick<Part, "user" | "last">,
): { readonly [name in BaselineName]: Float32Array } {
  let total = 0;
  const sums = new Map<number, { sum: number; count: number }>();
  for (const [row, user] of train.user.entries()) {
    const value = train.label[row]!;
    const before = sums.get(user) ?? { sum: 0, count: 0 };
    sums.set(user, { sum: before.sum + value, count: before.count + 1 });
    total += value;
  }
  const global = total / train.label.length;
  const own = (user: number) => {
    const found = sums.get(user);
    return found ? found.sum / found.count : global;
  };
  return {
    global_mean: new Float32Array(valid.user.length).fill(global),
    user_mean: Float32Array.from(valid.user, own),
    // The newest value before the row's own cutoff, also out of the validation days: the strictest
    // form of this baseline, and the one that could really be served.
    last_value: valid.last.map((value) => Number.isNaN(value) ? global : value),
  };
}

/**
 * Metrics of all baselines on the validation rows; means are learned from the training rows only.
 */
export function baselines(train: Part, valid: Part): Baselines {
  const predicted = baselinePredictions(train, valid);
  const judge = (name: BaselineName) => regressionMetrics(valid.label, predicted[name]);
  return {
    global_mean: judge("global_mean"),
    user_mean: judge("user_mean"),
    last_value: judge("last_value"),
  };
}

/** The smallest mean absolute error among them. */
export function bestBaseline(
  all: Baselines,
): { readonly name: BaselineName; readonly mae: number } {
  const names = Object.keys(all) as BaselineName[];
  const name = names.reduce((best, one) => all[one].mae < all[best].mae ? one : best);
  return { name, mae: all[name].mae };
}
