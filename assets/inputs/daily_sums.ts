/**
 * What a user did and rated in each of the last 28 days, counted back from an instant.
 *
 * @module
 */
import { DAY, localHour } from "./calendar.ts";
import { type Events, type History, KIND, knownBefore, type User } from "./history.ts";

/** How many days are looked back at. Nothing older has any influence on an input. */
export const DAYS_BACK = 28;

/** A measure with one number for each day; index 0 is the last 24 hours. */
export type PerDay = Float64Array;

/** Sums over the 24-hour bins before an instant; an event counts in the bin that holds its end. */
export interface DailySums {
  /** Number of events of any type. */
  readonly count: PerDay;
  /** Minutes of events other than sleep. */
  readonly minutes: PerDay;
  /** Minutes of exercise. */
  readonly exercise: PerDay;
  /** Number of social events. */
  readonly socialCount: PerDay;
  /** Minutes of social events. */
  readonly social: PerDay;
  /** Minutes of anything but sleep after 21:00 and before 04:00 local time. */
  readonly late: PerDay;
  /** Sum and number of rated energy, mood and sleep quality. */
  readonly energy: Rated;
  /** See `energy`. */
  readonly mood: Rated;
  /** See `energy`. */
  readonly quality: Rated;
}

/** Ratings of each day. */
export interface Rated {
  /** Sum of the ratings. */
  readonly sum: PerDay;
  /** Number of ratings. */
  readonly count: PerDay;
}

const perDay = (): PerDay => new Float64Array(DAYS_BACK);
const rated = (): Rated => ({ sum: perDay(), count: perDay() });

/**
 * Indices of the events that may count at `cutoff`: known before it and ended at most 28 days ago.
 */
export function recent(history: History, user: User, cutoff: number): readonly [number, number] {
  // An event is known only after it has ended, so everything before the first index is older.
  return [knownBefore(history, user, cutoff - DAYS_BACK * DAY), knownBefore(history, user, cutoff)];
}

/** Sums of one user up to `cutoff`, from what was known before it. */
export function dailySums(history: History, user: User, cutoff: number): DailySums {
  const sums: DailySums = {
    count: perDay(),
    minutes: perDay(),
    exercise: perDay(),
    socialCount: perDay(),
    social: perDay(),
    late: perDay(),
    energy: rated(),
    mood: rated(),
    quality: rated(),
  };
  const [first, end] = recent(history, user, cutoff);
  for (let i = first; i < end; i++) {
    const day = Math.floor((cutoff - history.events.ended[i]!) / DAY);
    if (day >= 0 && day < DAYS_BACK) addEvent(sums, history.events, i, day, user);
  }
  return sums;
}

function addEvent(sums: DailySums, events: Events, i: number, day: number, user: User): void {
  const kind = events.kind[i]!;
  const started = events.started[i]!;
  const minutes = (events.ended[i]! - started) / 60_000;
  sums.count[day]! += 1;
  if (kind !== KIND.sleep) {
    sums.minutes[day]! += minutes;
    const hour = localHour(user.zone, started + minutes * 30_000);
    if (hour >= 21 || hour < 4) sums.late[day]! += minutes;
  }
  if (kind === KIND.exercise) sums.exercise[day]! += minutes;
  if (kind === KIND.social) {
    sums.socialCount[day]! += 1;
    sums.social[day]! += minutes;
  }
  addRating(sums.energy, events.energy[i]!, day);
  addRating(sums.mood, events.mood[i]!, day);
  addRating(sums.quality, events.quality[i]!, day);
}

function addRating(to: Rated, rating: number, day: number): void {
  if (Number.isNaN(rating)) return;
  to.sum[day]! += rating;
  to.count[day]! += 1;
}

/** The sum over the last `days` days. */
export function total(of: PerDay, days: number): number {
  let sum = 0;
  for (let d = 0; d < days; d++) sum += of[d]!;
  return sum;
}

/** The mean rating of the last `days` days; NaN without one. */
export function mean(of: Rated, days: number): number {
  return total(of.sum, days) / total(of.count, days);
}

/** Shannon evenness over 8 categories of the events of the last 7 days; NaN without an event. */
export function diversity(history: History, user: User, cutoff: number): number {
  const [first, end] = recent(history, user, cutoff);
  const counts = new Map<number, number>();
  let n = 0;
  for (let i = first; i < end; i++) {
    if (history.events.ended[i]! < cutoff - 7 * DAY) continue;
    const category = history.events.category[i]!;
    counts.set(category, (counts.get(category) ?? 0) + 1);
    n++;
  }
  let entropy = 0;
  for (const count of counts.values()) entropy -= count / n * Math.log(count / n);
  return n === 0 ? NaN : entropy / Math.log(8);
}

/**
 * How a user's rated energy differs over the day: means of the ratings around each local hour.
 *
 * The mean at an hour is over ratings at most 90 minutes away on the clock, drawn towards the
 * user's own mean as if three more ratings had had that value.
 */
export function energyByHour(
  history: History,
  user: User,
  cutoff: number,
  ownMean: number,
): Float64Array {
  const [first, end] = recent(history, user, cutoff);
  const sum = new Float64Array(24);
  const count = new Float64Array(24);
  for (let i = first; i < end; i++) {
    const rating = history.events.energy[i]!;
    if (Number.isNaN(rating) || history.events.ended[i]! < cutoff - DAYS_BACK * DAY) continue;
    const hour = Math.floor(localHour(user.zone, ratedAt(history.events, i)));
    sum[hour]! += rating;
    count[hour]! += 1;
  }
  const drawn = 3;
  return Float64Array.from({ length: 24 }, (_, h) => {
    const near = [(h + 23) % 24, h, (h + 1) % 24];
    const n = near.reduce((all, k) => all + count[k]!, 0);
    const s = near.reduce((all, k) => all + sum[k]!, 0);
    return (s + drawn * ownMean) / (n + drawn);
  });
}

/** The moment an energy rating speaks of: the middle of the event that was rated. */
export function ratedAt(events: Events, i: number): number {
  return (events.started[i]! + events.ended[i]!) / 2;
}
