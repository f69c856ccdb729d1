/**
 * The feature views as an online store and its clients know them.
 *
 * @module
 */
import { type FeatureView, milliseconds } from "engine";

/** Online features belong to this project. */
export const featureProject = "aurora";

const ttl = milliseconds("2d");

/** What `features/activity` writes. */
export const userActivity: FeatureView = {
  name: "user_activity",
  entity: "user_id",
  ttl,
  fields: [
    { name: "activity_count_24h", type: "INT64" },
    { name: "activity_count_7d", type: "INT64" },
    { name: "activity_count_30d", type: "INT64" },
    { name: "activity_diversity_7d", type: "DOUBLE" },
    { name: "total_minutes_7d", type: "DOUBLE" },
  ],
};

/** What `features/sleep` writes. */
export const userSleep: FeatureView = {
  name: "user_sleep",
  entity: "user_id",
  ttl,
  fields: [
    { name: "avg_sleep_duration_7d", type: "DOUBLE" },
    { name: "sleep_consistency_7d", type: "DOUBLE" },
    { name: "sleep_debt_minutes", type: "DOUBLE" },
  ],
};

/** What `features/exercise` writes. */
export const userExercise: FeatureView = {
  name: "user_exercise",
  entity: "user_id",
  ttl,
  fields: [
    { name: "exercise_count_7d", type: "INT64" },
    { name: "exercise_consistency_score", type: "DOUBLE" },
    { name: "exercise_frequency_28d", type: "DOUBLE" },
    { name: "exercise_intensity_7d", type: "DOUBLE" },
    { name: "exercise_variety_28d", type: "INT64" },
  ],
};

/** What `features/social` writes. */
export const userSocial: FeatureView = {
  name: "user_social",
  entity: "user_id",
  ttl,
  fields: [
    { name: "friend_count", type: "INT64" },
    { name: "social_engagement_score", type: "DOUBLE" },
  ],
};

/** All of them. Each is kept offline in `features.<name>`. */
export const featureViews: readonly FeatureView[] = [
  userActivity,
  userSleep,
  userExercise,
  userSocial,
];
