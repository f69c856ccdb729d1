/**
 * What monitoring is to see of the pipelines: numbers that assets report, as metrics.
 *
 * @module
 */

const MODELS = ["energy", "mood", "sleep_quality"] as const;

/** Keys of the metadata of a model that tell how it was trained, with their unit where they have one. */
const TRAINING = [
  "mae",
  "rmse",
  "r2",
  "spearman",
  "baseline_mae",
  "parity_max_abs_diff",
  "rows_train",
  "rows_valid",
  "rounds",
  "interval_half_width",
  "interval_coverage",
] as const;

const TABLES = ["life_events", "users", "integrations", "gamification"] as const;

const ofModels = (key: string) =>
  MODELS.map((model) => ({ of: [model], asset: `models/${model}`, key }));

/** A gauge tells what the newest slice reported, a counter adds up what all versions reported. */
export const metrics = [
  {
    name: "aurora_quality_score",
    help: "Score of the newest quality report, 0 to 1, of a table or of all",
    type: "gauge",
    labels: ["table"],
    values: [
      { of: ["all"], asset: "quality/report", key: "score" },
      ...TABLES.map((table) => ({ of: [table], asset: "quality/report", key: `score_${table}` })),
    ],
  },
  {
    name: "aurora_quality_findings",
    help: "Rows of the newest quality report that break a rule",
    type: "gauge",
    labels: ["severity"],
    values: ["critical", "error", "warning"].map((severity) => ({
      of: [severity],
      asset: "quality/report",
      key: severity,
    })),
  },
  {
    name: "aurora_training_metric",
    help: "How good the newest model is, in the units of the guide",
    type: "gauge",
    labels: ["model", "metric"],
    values: TRAINING.flatMap((key) =>
      MODELS.map((model) => ({ of: [model, key], asset: `models/${model}`, key }))
    ),
  },
  {
    name: "aurora_training_promoted",
    help: "1 if the newest model is served, 0 if the gate kept the one before",
    type: "gauge",
    labels: ["model"],
    values: ofModels("promoted"),
  },
  {
    name: "aurora_training_duration_seconds",
    help: "Seconds that the newest training took",
    type: "gauge",
    labels: ["model"],
    values: ofModels("seconds"),
  },
  {
    name: "aurora_predictions_total",
    help: "Predictions that were made",
    type: "counter",
    labels: ["kind"],
    values: MODELS.map((kind) => ({ of: [kind], asset: `predictions/${kind}`, key: "rows" })),
  },
] as const;
