/**
 * The four jobs, under the names that people know from Airflow. Times are UTC.
 *
 * @module
 */
import { type Job, job } from "engine";
import { activity } from "../assets/features/activity.ts";
import { exercise } from "../assets/features/exercise.ts";
import { online } from "../assets/features/online.ts";
import { sleep } from "../assets/features/sleep.ts";
import { social } from "../assets/features/social.ts";
import { energyModel } from "../assets/models/energy.ts";
import { moodModel } from "../assets/models/mood.ts";
import { sleepQualityModel } from "../assets/models/sleep_quality.ts";
import { activeUsers } from "../assets/predictions/active_users.ts";
import { predictionsCached } from "../assets/predictions/cached.ts";
import { energyPredictions } from "../assets/predictions/energy.ts";
import { moodPredictions } from "../assets/predictions/mood.ts";
import { predictionsPublished } from "../assets/predictions/published.ts";
import { predictionsSaved } from "../assets/predictions/saved.ts";
import { sleepQualityPredictions } from "../assets/predictions/sleep_quality.ts";
import { report } from "../assets/quality/report.ts";
import { friendships, gamification, integrations, lifeEvents, users } from "../assets/source.ts";
import { engineered } from "../assets/training/engineered.ts";
import { extractTrainingData } from "../assets/training/extract_training_data.ts";
import { trainingCached } from "../assets/training/cached.ts";
import { trainingPublished } from "../assets/training/published.ts";

/** Four snapshots a day, and the newest of them online. */
export const featureEngineering: Job = job({
  name: "feature_engineering_pipeline",
  description: "Compute the features of the last six hours and put them into the feature store",
  cron: "0 */6 * * *",
  tags: ["features"],
  assets: [activity, sleep, exercise, social, online],
});

/** Seven steps, each night. */
export const mlTraining: Job = job({
  name: "ml_training_pipeline",
  description: "Train the models for energy, mood and sleep quality on the last 90 days",
  cron: "0 2 * * *",
  tags: ["ml"],
  assets: [
    extractTrainingData,
    engineered,
    energyModel,
    moodModel,
    sleepQualityModel,
    trainingCached,
    trainingPublished,
  ],
});

/** Each morning, for premium and pro users. */
export const prediction: Job = job({
  name: "prediction_pipeline",
  description: "Predict energy, mood and sleep quality of the coming day for premium and pro users",
  cron: "0 6 * * *",
  tags: ["ml", "predictions"],
  assets: [
    activeUsers,
    energyPredictions,
    moodPredictions,
    sleepQualityPredictions,
    predictionsSaved,
    predictionsCached,
    predictionsPublished,
  ],
});

/** Observes the source with its checks, and reports. */
export const dataQuality: Job = job({
  name: "data_quality_pipeline",
  description: "Check the tables of the application and report what is wrong with them",
  cron: "0 */4 * * *",
  tags: ["quality"],
  assets: [lifeEvents, users, friendships, integrations, gamification, report],
});
