/**
 * The one list of what exists: what is not named here is not run, shown or checked.
 *
 * @module
 */
import { define, type Definitions } from "engine";
import * as activity from "./assets/features/activity.ts";
import * as exercise from "./assets/features/exercise.ts";
import * as online from "./assets/features/online.ts";
import * as sleep from "./assets/features/sleep.ts";
import * as social from "./assets/features/social.ts";
import * as energyModel from "./assets/models/energy.ts";
import * as moodModel from "./assets/models/mood.ts";
import * as sleepQualityModel from "./assets/models/sleep_quality.ts";
import * as activeUsers from "./assets/predictions/active_users.ts";
import * as cached from "./assets/predictions/cached.ts";
import * as energy from "./assets/predictions/energy.ts";
import * as mood from "./assets/predictions/mood.ts";
import * as published from "./assets/predictions/published.ts";
import * as saved from "./assets/predictions/saved.ts";
import * as sleepQuality from "./assets/predictions/sleep_quality.ts";
import * as checks from "./assets/quality/checks.ts";
import * as report from "./assets/quality/report.ts";
import * as source from "./assets/source.ts";
import * as engineered from "./assets/training/engineered.ts";
import * as extract from "./assets/training/extract_training_data.ts";
import * as trainingCached from "./assets/training/cached.ts";
import * as trainingPublished from "./assets/training/published.ts";
import * as jobs from "./sensors/jobs.ts";
import * as newLifeEvents from "./sensors/new_life_events.ts";
import * as staleIntegrations from "./sensors/stale_integrations.ts";

/** Everything, checked. */
export const project: Definitions = define(
  source,
  activity,
  sleep,
  exercise,
  social,
  online,
  extract,
  engineered,
  energyModel,
  moodModel,
  sleepQualityModel,
  trainingCached,
  trainingPublished,
  activeUsers,
  energy,
  mood,
  sleepQuality,
  saved,
  cached,
  published,
  checks,
  report,
  jobs,
  newLifeEvents,
  staleIntegrations,
);
