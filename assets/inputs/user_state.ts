/**
 * What is known of one user at one instant: the only source of the inputs of all three models, for
 * training and for predictions alike.
 *
 * @module
 */
import {
  type DailySums,
  dailySums,
  DAYS_BACK,
  diversity,
  energyByHour,
  mean,
} from "./daily_sums.ts";
import type { History, User } from "./history.ts";
import { type SleepState, sleepState } from "./sleeps.ts";
import { DAY, HOUR, instantOf, localDay, type Zone } from "./calendar.ts";

/** A user as known before `cutoff`. */
export interface UserState {
  /** Nothing that became known at or after this instant has any influence. */
  readonly cutoff: number;
  /** The local clock. */
  readonly zone: Zone;
  /** Sums of the last 28 days. */
  readonly days: DailySums;
  /** Evenness of categories in the last week. */
  readonly diversity: number;
  /** Sleep. */
  readonly sleep: SleepState;
  /** The user's mean energy around each local hour. */
  readonly energyByHour: Float64Array;
}

/** The state of `user` at `cutoff`, from the last 28 days of what was known before it. */
export function stateAt(history: History, user: User, cutoff: number): UserState {
  const days = dailySums(history, user, cutoff);
  return {
    cutoff,
    zone: user.zone,
    days,
    diversity: diversity(history, user, cutoff),
    sleep: sleepState(history, user, cutoff),
    energyByHour: energyByHour(history, user, cutoff, mean(days.energy, DAYS_BACK)),
  };
}

/** The local midnight at which the next local day begins, at `cutoff` or within a day after it. */
export function nextLocalDay(state: UserState): number {
  const today = localDay(state.zone, state.cutoff);
  const begun = instantOf(state.zone, today, 0);
  return begun >= state.cutoff ? begun : instantOf(state.zone, today + 1, 0);
}

/**
 * When the coming night is expected to begin: the habitual bedtime, at `cutoff` or within a day
 * after it; 23:00 where no habit is known.
 */
export function comingNight(state: UserState): number {
  const hour = Number.isNaN(state.sleep.bedHour) ? 23 : state.sleep.bedHour;
  const minutes = Math.round(hour * 60) / 60;
  const first = localDay(state.zone, state.cutoff) - 1;
  for (let day = first; day <= first + 2; day++) {
    const begins = instantOf(state.zone, day, minutes);
    if (begins >= state.cutoff) return begins;
  }
  return state.cutoff + DAY;
}

/** The instants of the coming 24 hours that energy is predicted for: one every two hours. */
export function energyTargets(cutoff: number): readonly number[] {
  return Array.from({ length: 12 }, (_, i) => cutoff + 2 * i * HOUR);
}
