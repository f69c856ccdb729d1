/**
 * How long and how regularly people slept.
 *
 * @module
 */
import { asset, freshness } from "engine";
import { sixHourly } from "../partitions.ts";
import { database } from "../resources.ts";
import { lifeEvents } from "../source.ts";
import type { Transaction } from "../sql.ts";
import { knownEvents, type Snapshot, type Windows, writeSnapshot } from "./snapshot.ts";
import { userSleep } from "./views.ts";

/** Thresholds of the view. */
export const sleepConfig = {
  /** Longer sleeps are taken for mistakes. */
  maxSleepHours: 24,
  /** Minutes of sleep that leave no debt, where nothing is known of the user. */
  needMinutes: 480,
  /**
   * A need that a device tells (`sleep_need_minutes` in the metadata of a sleep) counts between
   * these.
   */
  plausibleNeed: [240, 720],
  /** Sleep-days that regularity needs. */
  minDaysForConsistency: 5,
  /** Sleep-days that debt needs. */
  minDaysForDebt: 3,
};

/**
 * Overlapping sleeps are merged first. A sleep-day is the 24 hours before T (or before T − 1 d, …)
 * that hold the wake-up; naps add to their day.
 *
 * `sleep_consistency_7d` is the Sleep Regularity Index (Phillips et al. 2017) in closed form: with
 * X minutes asleep in [T−7d, T−1d), Y in [T−6d, T) and XY asleep at both t and t + 24 h, 100·(1 −
 * 2(X + Y − 2XY) / 8640).
 */
export function sleepQuery(
  sql: Transaction,
  w: Windows,
  config: typeof sleepConfig = sleepConfig,
): Snapshot {
  const [leastNeed, mostNeed] = config.plausibleNeed;
  // Seconds on a line whose origin is T − 7 d: the halves that the index compares are [0, 6 d) and
  // [1 d, 7 d).
  return sql`
    with e as materialized (${knownEvents(sql, w, config.maxSleepHours)}),
    people as (select distinct user_id from e),
    merged as (
      select user_id, unnest(range_agg(tstzrange(started_at, ended_at))) as asleep
      from e where event_type = 'sleep' and ended_at >= ${w.week} group by user_id
    ),
    slept as materialized (
      select user_id, extract(epoch from lower(asleep) - ${w.week})::float8 as s,
        extract(epoch from upper(asleep) - ${w.week})::float8 as e
      from merged
    ),
    need as (
      select distinct on (user_id) user_id, (metadata ->> 'sleep_need_minutes')::float8 as need
      from e
      where event_type = 'sleep' and jsonb_typeof(metadata -> 'sleep_need_minutes') = 'number'
        and (metadata ->> 'sleep_need_minutes')::numeric
          between ${leastNeed!}::numeric and ${mostNeed!}::numeric
      order by user_id, ended_at desc, started_at desc, (metadata ->> 'sleep_need_minutes')::numeric
    ),
    by_day as (
      select user_id, floor(e / 86400) as day, sum(e - s) / 60 as minutes
      from slept group by user_id, floor(e / 86400)
    ),
    days as (
      select user_id, count(*) as days, avg(minutes) as mean,
        greatest(0, sum(coalesce(need, ${config.needMinutes}::float8) - minutes)) as debt
      from by_day left join need using (user_id) group by user_id
    ),
    alone as (
      select user_id,
        sum(greatest(0, least(e, 518400) - greatest(s, 0))) / 60 as x,
        sum(greatest(0, least(e, 604800) - greatest(s, 86400))) / 60 as y
      from slept group by user_id
    ),
    together as (
      select a.user_id,
        sum(greatest(0, least(a.e, b.e - 86400, 518400) - greatest(a.s, b.s - 86400, 0))) / 60 as xy
      from slept a join slept b on b.user_id = a.user_id and b.s - 86400 < a.e and a.s < b.e - 86400
      group by a.user_id
    )
    select p.user_id, d.mean as avg_sleep_duration_7d,
      case when d.days >= ${config.minDaysForConsistency}
        then 100 * (1 - 2 * (a.x + a.y - 2 * coalesce(t.xy, 0)) / 8640) end as sleep_consistency_7d,
      case when d.days >= ${config.minDaysForDebt} then d.debt end as sleep_debt_minutes
    from people p
    left join days d using (user_id)
    left join alone a using (user_id)
    left join together t using (user_id)`;
}

/** Columns that tell when somebody slept. */
const asleep = ["lifeEvents.event_type", "lifeEvents.started_at", "lifeEvents.ended_at"];

/** `features.user_sleep` */
export const sleep = asset({
  name: "features/sleep",
  description: "Duration, regularity and debt of each user's sleep, as of the end of the slice",
  owners: ["ml-team"],
  tags: ["features"],
  kinds: ["sql", "postgres"],
  deps: { lifeEvents },
  partitions: sixHourly,
  resources: { database },
  config: sleepConfig,
  freshness: freshness({ within: "8h" }),
  retry: { attempts: 3, delay: "5s" },
  io: {
    tables: ["features.user_sleep"],
    columns: {
      avg_sleep_duration_7d: "min",
      sleep_consistency_7d: "-100..100",
      sleep_debt_minutes: "min",
    },
    from: {
      avg_sleep_duration_7d: asleep,
      sleep_consistency_7d: asleep,
      sleep_debt_minutes: [...asleep, "lifeEvents.metadata"],
    },
  },
  materialize: (_, context) =>
    writeSnapshot(context, userSleep, (sql, windows) => sleepQuery(sql, windows)),
});
