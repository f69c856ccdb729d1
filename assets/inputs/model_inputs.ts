/**
 * The inputs of the three models, by name and in order.
 *
 * Each model has one function that turns what was known of a user (a {@linkcode UserState}) and the
 * moment that is asked about into a row. Training tables and predictions call the same function, so
 * that the two cannot drift apart.
 *
 * @module
 */
import { DAY, HOUR, hoursBetween, localDay, localHour, weekday } from "./calendar.ts";
import { DAYS_BACK, mean, total } from "./daily_sums.ts";
import type { UserState } from "./user_state.ts";

/** The models. */
export type ModelName = "energy" | "mood" | "sleep_quality";
/** All of them, in the order of the pipeline. */
export const MODELS: readonly ModelName[] = ["energy", "mood", "sleep_quality"];

/**
 * Changes with the meaning of any input; a model is only ever fed by the version it was trained
 * on.
 */
export const FEATURE_VERSION = "1";

/**
 * A row of inputs by name; NaN is missing. Every row of a model has the same names in the same
 * order.
 */
export type Row = { readonly [input: string]: number };

function clock(state: UserState, at: number): Row {
  const hour = localHour(state.zone, at);
  return {
    local_hour_sin: Math.sin(hour / 12 * Math.PI),
    local_hour_cos: Math.cos(hour / 12 * Math.PI),
    weekday: weekday(localDay(state.zone, at)),
  };
}

function rest(state: UserState): Row {
  const { sleep, days } = state;
  return {
    last_sleep_minutes: sleep.lastMinutes,
    last_sleep_quality: sleep.lastQuality,
    avg_sleep_minutes_7d: sleep.meanMinutes,
    sleep_debt_minutes: sleep.debt,
    sleep_consistency: sleep.regularity,
    quality_mean_7d: mean(days.quality, 7),
  };
}

function activity(state: UserState): Row {
  const { days } = state;
  return {
    exercise_minutes_24h: total(days.exercise, 1),
    exercise_minutes_7d: total(days.exercise, 7),
    activity_count_24h: total(days.count, 1),
    activity_count_7d: total(days.count, 7),
  };
}

function social(state: UserState): Row {
  const { days } = state;
  const minutes = total(days.social, 7);
  const count = total(days.socialCount, 7);
  return {
    social_minutes_24h: total(days.social, 1),
    social_engagement_7d: 100 * (0.5 * Math.min(1, count / 7) + 0.5 * Math.min(1, minutes / 420)),
    activity_diversity_7d: state.diversity,
  };
}

/** Inputs of the energy that is rated at the instant `at`. */
export function energyInputs(state: UserState, at: number): Row {
  const hour = localHour(state.zone, at);
  const { days, sleep } = state;
  return {
    ...clock(state, at),
    // The waking of that day is not known yet when predictions are made: the habitual one stands
    // in.
    hours_since_waking: (hoursBetween(sleep.wakeHour, hour) + 24) % 24,
    hours_ahead: (at - state.cutoff) / HOUR,
    own_energy_at_hour: state.energyByHour[Math.floor(hour)]!,
    own_energy_mean_7d: mean(days.energy, 7),
    own_energy_mean_28d: mean(days.energy, DAYS_BACK),
    own_energy_mean_24h: mean(days.energy, 1),
    ...rest(state),
    ...activity(state),
  };
}

/** Inputs of the mean mood of the local day that begins at the instant `at`. */
export function moodInputs(state: UserState, at: number): Row {
  const { days } = state;
  return {
    weekday: weekday(localDay(state.zone, at + DAY / 2)),
    hours_ahead: (at - state.cutoff) / HOUR,
    own_mood_mean_24h: mean(days.mood, 1),
    own_mood_mean_3d: mean(days.mood, 3),
    own_mood_mean_7d: mean(days.mood, 7),
    own_mood_mean_28d: mean(days.mood, DAYS_BACK),
    own_energy_mean_24h: mean(days.energy, 1),
    own_energy_mean_7d: mean(days.energy, 7),
    ...rest(state),
    ...activity(state),
    ...social(state),
  };
}

/** Inputs of the rated quality of the night that is expected to begin at the instant `at`. */
export function sleepQualityInputs(state: UserState, at: number): Row {
  const { days, sleep } = state;
  return {
    // A bedtime after midnight belongs to the evening before.
    weekday: weekday(localDay(state.zone, at - 6 * HOUR)),
    hours_ahead: (at - state.cutoff) / HOUR,
    own_quality_mean_3d: mean(days.quality, 3),
    own_quality_mean_28d: mean(days.quality, DAYS_BACK),
    bed_hour: sleep.bedHour,
    bed_spread: sleep.bedSpread,
    late_minutes_24h: total(days.late, 1),
    late_minutes_7d: total(days.late, 7),
    activity_minutes_24h: total(days.minutes, 1),
    own_mood_mean_24h: mean(days.mood, 1),
    ...rest(state),
    ...activity(state),
  };
}

/** The function of each model. */
export const inputsOf: { readonly [model in ModelName]: (state: UserState, at: number) => Row } = {
  energy: energyInputs,
  mood: moodInputs,
  sleep_quality: sleepQualityInputs,
};
