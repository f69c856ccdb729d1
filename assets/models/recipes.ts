/**
 * How each model is trained.
 *
 * @module
 */
import type { Candidate, Recipe } from "./train_model.ts";

const shared = {
  rounds: 300,
  earlyStoppingRounds: 20,
  validDays: 14,
  level: 0.8,
  tolerance: 0.01,
  seed: 7,
} as const;

// Learning rates are high on purpose: half of them grew 173 trees for energy, took twice the time,
// erred 0.6 % less (0.824 against 0.829) and doubled the rounding error of ONNX (1.2e-5; 2e-5 is
// refused).

/** XGBoost with many rows to a leaf, because a single label is noisy. */
function xgboost(o: { readonly depth: number; readonly leafRows: number }): Candidate {
  return {
    algorithm: "xgboost",
    params: {
      objective: "reg:squarederror",
      tree_method: "hist",
      eta: 0.2,
      max_depth: o.depth,
      min_child_weight: o.leafRows,
      subsample: 0.8,
      colsample_bytree: 0.8,
      lambda: 2,
    },
  };
}

function lightgbm(o: { readonly leaves: number; readonly leafRows: number }): Candidate {
  return {
    algorithm: "lightgbm",
    params: {
      objective: "regression",
      learning_rate: 0.1,
      num_leaves: o.leaves,
      min_data_in_leaf: o.leafRows,
      feature_fraction: 0.8,
      bagging_fraction: 0.8,
      bagging_freq: 1,
      lambda_l2: 2,
    },
  };
}

/** Energy of the coming hours. */
export const energyRecipe: Recipe = {
  ...shared,
  candidates: [xgboost({ depth: 6, leafRows: 30 })],
};
/** Mood of the next day. */
export const moodRecipe: Recipe = {
  ...shared,
  candidates: [lightgbm({ leaves: 15, leafRows: 60 })],
};
/** Quality of the coming night. */
export const sleepQualityRecipe: Recipe = {
  ...shared,
  candidates: [xgboost({ depth: 4, leafRows: 40 }), lightgbm({ leaves: 15, leafRows: 60 })],
};
