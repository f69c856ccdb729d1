/**
 * How an asset is cut into slices that are computed, stored and go stale independently of each other.
 *
 * @module
 */
import { cron, type CronOptions } from "./partitions/cron.ts";
import { cross } from "./partitions/cross.ts";
import { type Dynamic, dynamic } from "./partitions/dynamic.ts";
import { none } from "./partitions/none.ts";
import type {
  Cross,
  DayKey,
  Dimensions,
  HourKey,
  MinuteKey,
  MonthKey,
  Partitions,
  Unpartitioned,
} from "./partitions/rule.ts";
import { setOf } from "./partitions/set.ts";
import {
  daily,
  type DayOptions,
  hourly,
  hours,
  monthly,
  type TimeOptions,
  weekly,
} from "./partitions/time.ts";

export type {
  Cross,
  DayKey,
  Dimensions,
  Grain,
  HourKey,
  KeyOf,
  MinuteKey,
  MonthKey,
  PartitionKey,
  Partitions,
  Unpartitioned,
  ZoneOffset,
} from "./partitions/rule.ts";
export type { Dynamic, DynamicKey } from "./partitions/dynamic.ts";
export type { CronOptions } from "./partitions/cron.ts";
export { keyText, plainKey } from "./partitions/rule.ts";
export type { Weekday } from "./partitions/exclusion.ts";
export type { DayOptions, TimeOptions } from "./partitions/time.ts";

/**
 * The rules. Time is UTC unless a time zone is given; a slice exists once it has ended.
 *
 * @example A rule knows its keys
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { partitions } from "engine";
 *
 * const daily = partitions.daily({ start: "2024-01-01" });
 * assertEquals(daily.keys(new Date("2024-01-03T12:00:00Z")), ["2024-01-01", "2024-01-02"]);
 * assertEquals(daily.newest(new Date("2024-01-03T12:00:00Z")), "2024-01-02");
 * assertEquals(daily.indexOf("2024-02-01"), 31);
 * ```
 */
export const partitions: {
  /** One piece. What an asset has when it says nothing. */
  readonly none: Unpartitioned;
  /** One slice an hour. */
  hourly(o: TimeOptions<HourKey>): Partitions<HourKey, "hour">;
  /** One slice every 2, 3, 4, 6, 8 or 12 hours, counted from midnight; the key is the first hour. */
  hours(o: TimeOptions<HourKey> & { readonly every: number }): Partitions<HourKey, "hours">;
  /** One slice a day. */
  daily(o: DayOptions<DayKey>): Partitions<DayKey, "day">;
  /** One slice a week; the key is its first day, and weeks begin on the weekday of `start`. */
  weekly(o: DayOptions<DayKey>): Partitions<DayKey, "week">;
  /** One slice a month, from its first day or another, `day`, on. */
  monthly(o: DayOptions<MonthKey> & { readonly day?: number }): Partitions<MonthKey, "month">;
  /** One slice from each instant of a cron expression to the next; the key is the minute at which it starts. */
  cron(o: CronOptions): Partitions<MinuteKey, "cron">;
  /** A fixed list; the keys are known to the type checker. */
  of<const K extends string>(...keys: readonly K[]): Partitions<K, "set">;
  /** Slices that are added and removed while the system runs; all that name one set share its keys. */
  dynamic<const Set extends string>(set: Set): Dynamic<Set>;
  /** Every combination of the given rules, e.g. day × region; several rules of time are told apart by name. */
  cross<const D extends Dimensions>(d: D): Cross<D>;
} = {
  none,
  hourly,
  hours,
  daily,
  weekly,
  monthly,
  cron,
  of: (...keys) => setOf(keys),
  dynamic,
  cross,
};
