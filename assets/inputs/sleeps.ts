/**
 * How a user slept before an instant: last night, duration, debt, regularity and habits.
 *
 * @module
 */
import { DAY, HOUR, hoursBetween, localHour } from "./calendar.ts";
import { type History, KIND, type User } from "./history.ts";
import { recent } from "./daily_sums.ts";

/** Minutes of sleep that a user needs in 24 hours when nothing better is known. */
export const NEED_MINUTES = 480;

/** A span of sleep, overlapping records already merged. */
export type Span = readonly [start: number, end: number];

/** What is known of a user's sleep at an instant. NaN where it is not known. */
export interface SleepState {
  /** Minutes of the last main sleep that ended in the last 36 hours. */
  readonly lastMinutes: number;
  /** Rated quality of the newest rated sleep of the last 36 hours. */
  readonly lastQuality: number;
  /** Mean minutes over observed sleep-days of the last week. */
  readonly meanMinutes: number;
  /** Minutes missing to the need over the last week; unknown under three observed days. */
  readonly debt: number;
  /** Sleep Regularity Index over the last week, −100..100; unknown under five observed days. */
  readonly regularity: number;
  /** Habitual local hour of waking, circular mean over two weeks. */
  readonly wakeHour: number;
  /** Habitual local hour of going to bed, circular mean over two weeks. */
  readonly bedHour: number;
  /** Hours that bedtimes spread around the habitual one. */
  readonly bedSpread: number;
}

/** A shorter sleep is a nap. */
const MAIN_SLEEP = 3 * HOUR;
/** Being awake for less does not end a night. */
const PAUSE = HOUR;

/** Sorts spans and merges those that overlap, touch, or lie at most `gap` milliseconds apart. */
export function mergeSpans(spans: readonly Span[], gap = 0): Span[] {
  const merged: [number, number][] = [];
  for (const [start, end] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && start <= last[1] + gap) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

/** The nights among sleeps: short pauses do not end one, naps are none. */
export function nightsOf(spans: readonly Span[]): Span[] {
  return mergeSpans(spans, PAUSE).filter(([start, end]) => end - start >= MAIN_SLEEP);
}

/**
 * Merged sleep that was known before `cutoff` and ended in the last `days` days; none over 24 h.
 */
export function sleepSpans(history: History, user: User, cutoff: number, days: number): Span[] {
  const { kind, started, ended } = history.events;
  const [first, end] = recent(history, user, cutoff);
  const spans: Span[] = [];
  for (let i = first; i < end; i++) {
    const isSleep = kind[i] === KIND.sleep && ended[i]! - started[i]! <= DAY;
    if (isSleep && ended[i]! >= cutoff - days * DAY) spans.push([started[i]!, ended[i]!]);
  }
  return mergeSpans(spans);
}

/** What is known of the sleep of one user before `cutoff`. */
export function sleepState(history: History, user: User, cutoff: number): SleepState {
  const spans = sleepSpans(history, user, cutoff, 14);
  const main = nightsOf(spans);
  const last = main.at(-1);
  const isRecent = last !== undefined && last[1] >= cutoff - 1.5 * DAY;
  const slept = minutesPerDay(spans, cutoff);
  const observed = slept.filter((minutes) => minutes > 0);
  const debt = observed.reduce((sum, minutes) => sum + NEED_MINUTES - minutes, 0);
  const beds = main.map(([start]) => localHour(user.zone, start));
  const bedHour = circularMean(beds);
  return {
    lastMinutes: isRecent ? (last[1] - last[0]) / 60_000 : NaN,
    lastQuality: lastQuality(history, user, cutoff),
    meanMinutes: observed.reduce((a, b) => a + b, 0) / observed.length,
    debt: observed.length < 3 ? NaN : Math.max(0, debt),
    regularity: observed.length < 5 ? NaN : regularity(spans, cutoff),
    wakeHour: circularMean(main.map(([, end]) => localHour(user.zone, end))),
    bedHour,
    bedSpread: spread(beds, bedHour),
  };
}

/**
 * Minutes slept in each of the seven 24-hour bins before `cutoff`; a sleep counts where it ended.
 */
function minutesPerDay(spans: readonly Span[], cutoff: number): number[] {
  const slept = new Array<number>(7).fill(0);
  for (const [start, end] of spans) {
    const day = Math.floor((cutoff - end) / DAY);
    if (day >= 0 && day < 7) slept[day]! += (end - start) / 60_000;
  }
  return slept;
}

function lastQuality(history: History, user: User, cutoff: number): number {
  const { quality, ended } = history.events;
  const [first, end] = recent(history, user, cutoff);
  let found = NaN;
  let at = cutoff - 1.5 * DAY;
  for (let i = end - 1; i >= first; i--) {
    if (Number.isNaN(quality[i]!) || ended[i]! < at) continue;
    found = quality[i]!;
    at = ended[i]!;
  }
  return found;
}

function overlap(spans: readonly Span[], from: number, to: number): number {
  return spans.reduce((sum, [a, b]) => sum + Math.max(0, Math.min(b, to) - Math.max(a, from)), 0);
}

/**
 * Sleep Regularity Index (Phillips et al. 2017) over the week before `cutoff`: how likely the user
 * is in the same state, asleep or awake, 24 hours apart, scaled to −100..100.
 */
export function regularity(spans: readonly Span[], cutoff: number): number {
  const from = cutoff - 7 * DAY;
  const to = cutoff - DAY;
  const x = overlap(spans, from, to);
  const y = overlap(spans, from + DAY, cutoff);
  let both = 0;
  for (const [a, b] of spans) {
    both += overlap(spans, Math.max(a, from) + DAY, Math.max(a, from, Math.min(b, to)) + DAY);
  }
  return 100 * (1 - 2 * (x + y - 2 * both) / (to - from));
}

/** Mean of times of day in hours on the 24-hour circle, in [0, 24); NaN without any. */
export function circularMean(hours: readonly number[]): number {
  if (hours.length === 0) return NaN;
  let sin = 0;
  let cos = 0;
  for (const hour of hours) {
    sin += Math.sin(hour / 12 * Math.PI);
    cos += Math.cos(hour / 12 * Math.PI);
  }
  return (Math.atan2(sin, cos) / Math.PI * 12 + 24) % 24;
}

function spread(hours: readonly number[], around: number): number {
  if (hours.length < 3) return NaN;
  const squares = hours.reduce((sum, hour) => sum + hoursBetween(around, hour) ** 2, 0);
  return Math.sqrt(squares / hours.length);
}
