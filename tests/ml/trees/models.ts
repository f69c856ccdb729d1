/**
 * Models of many kinds, each trained in the process of the test, with what the library predicts.
 */
import type { Algorithm, Matrix } from "../../../ml/mod.ts";
import type { Ensemble } from "../../../ml/trees/ensemble.ts";
import { ensembleOf } from "../../../ml/train/fit.ts";
import type { Labelled } from "../../../ml/frame/shape.ts";
import type { Params } from "../../../ml/native/booster.ts";
import { curved, FEATURES } from "../data.ts";
import { openLibrary } from "../libraries.ts";

/** One kind of model. */
export interface Kind {
  /** What is special about it. */
  readonly name: string;
  /** Which library. */
  readonly algorithm: Algorithm;
  /** Its parameters. */
  readonly params: Params;
  /** Makes the label of the curved target; itself if absent. */
  readonly label?: (y: number) => number;
}

const CLASS = (y: number) => Math.max(0, Math.min(3, Math.floor(y + 2)));
const COUNT = (y: number) => Math.floor(Math.exp(y / 2));
const YES = (y: number) => y > 0 ? 1 : 0;
const FOREST = { boosting: "rf", bagging_freq: 1, bagging_fraction: 0.7 };

/** All objectives and modes that are converted. */
export const KINDS: readonly Kind[] = [
  { name: "regression", algorithm: "xgboost", params: { objective: "reg:squarederror" } },
  { name: "dart", algorithm: "xgboost", params: { booster: "dart", rate_drop: 0.1 } },
  {
    name: "quantile",
    algorithm: "xgboost",
    params: { objective: "reg:quantileerror", quantile_alpha: 0.9 },
  },
  {
    name: "binary",
    algorithm: "xgboost",
    params: { objective: "binary:logistic" },
    label: YES,
  },
  {
    name: "4 classes",
    algorithm: "xgboost",
    params: { objective: "multi:softprob", num_class: 4 },
    label: CLASS,
  },
  { name: "counts", algorithm: "xgboost", params: { objective: "count:poisson" }, label: COUNT },
  {
    name: "no split",
    algorithm: "xgboost",
    params: { objective: "reg:squarederror", min_child_weight: 1e9 },
  },
  { name: "regression", algorithm: "lightgbm", params: { objective: "regression" } },
  { name: "dart", algorithm: "lightgbm", params: { boosting: "dart" } },
  { name: "random forest", algorithm: "lightgbm", params: FOREST },
  { name: "quantile", algorithm: "lightgbm", params: { objective: "quantile", alpha: 0.9 } },
  { name: "zero as missing", algorithm: "lightgbm", params: { zero_as_missing: true } },
  { name: "nothing missing", algorithm: "lightgbm", params: { use_missing: false } },
  { name: "binary", algorithm: "lightgbm", params: { objective: "binary" }, label: YES },
  {
    name: "4 classes",
    algorithm: "lightgbm",
    params: { objective: "multiclass", num_class: 4 },
    label: CLASS,
  },
  { name: "counts", algorithm: "lightgbm", params: { objective: "poisson" }, label: COUNT },
  { name: "no split", algorithm: "lightgbm", params: { min_data_in_leaf: 100_000 } },
  {
    name: "categories",
    algorithm: "lightgbm",
    params: { categorical_feature: 3, min_data_per_group: 5, cat_smooth: 1 },
  },
];

/** A trained model in the common form. */
export interface Model extends Disposable {
  /** The common form. */
  readonly ensemble: Ensemble;
  /** Its native bytes. */
  readonly native: Uint8Array;
  /** What the library predicts. */
  predict(matrix: Matrix): Float32Array | Float64Array;
}

/** Trains 60 rounds of one kind. */
export function model(kind: Kind): Model {
  const stack = new DisposableStack();
  const library = stack.use(openLibrary(kind.algorithm));
  const data = labelled(kind);
  const quiet = kind.algorithm === "xgboost"
    ? { verbosity: 0, nthread: 1 }
    : { verbosity: -1, num_threads: 1 };
  const params = { ...kind.params, ...quiet };
  const booster = stack.use(
    library.booster({ params, featureNames: FEATURES, train: data, valid: data }),
  );
  for (let round = 0; round < 60; round++) if (!booster.update(round)) break;
  const native = booster.save();
  return {
    ensemble: ensembleOf(kind.algorithm, native),
    native,
    predict: (matrix) => booster.predict(matrix),
    [Symbol.dispose]: () => stack.dispose(),
  };
}

/** The curved rows; the fourth feature becomes 40 categories where there are categories. */
function labelled({ params, label = (y) => y }: Kind): Labelled {
  const { rows, label: curve } = curved(3000, 21);
  if (!("categorical_feature" in params)) return { rows, label: curve.map(label) };
  const values = rows.values.slice();
  const shifted = curve.slice();
  for (let row = 0; row < rows.rows; row++) {
    const category = (row * 7919) % 40;
    values[row * rows.features + 3] = category;
    shifted[row]! += category % 7 < 3 ? 1 : 0;
  }
  return { rows: { ...rows, values }, label: shifted };
}
