/**
 * How much and how variedly people did things.
 *
 * @module
 */
import { asset, freshness } from "engine";
import { categories } from "../catalogue.ts";
import { sixHourly } from "../partitions.ts";
import { database } from "../resources.ts";
import { lifeEvents } from "../source.ts";
import type { Transaction } from "../sql.ts";
import { knownEvents, type Snapshot, type Windows, writeSnapshot } from "./snapshot.ts";
import { userActivity } from "./views.ts";

/** Thresholds of the view. */
export const activityConfig = {
  /** Longer sleeps are taken for mistakes. */
  maxSleepHours: 24,
  /** The catalogue whose size K diversity is measured against. */
  categories: [...categories],
};

/**
 * `activity_count_*`: events in the window. `activity_diversity_7d`: Shannon evenness H / ln K over
 * the catalogue (Pielou 1966), null without an event. `total_minutes_7d`: minutes within the
 * window; what overlaps counts twice.
 */
export function activityQuery(
  sql: Transaction,
  w: Windows,
  config: typeof activityConfig = activityConfig,
): Snapshot {
  return sql`
    with e as materialized (${knownEvents(sql, w, config.maxSleepHours)}),
    counted as (
      select user_id,
        count(*) filter (where ended_at >= ${w.day}) as activity_count_24h,
        count(*) filter (where ended_at >= ${w.week}) as activity_count_7d,
        count(*) as activity_count_30d,
        coalesce(sum(extract(epoch from ended_at - greatest(started_at, ${w.week}))::float8 / 60)
          filter (where ended_at >= ${w.week}), 0) as total_minutes_7d
      from e group by user_id
    ),
    by_category as (
      select user_id, count(*)::float8 as n from e
      where ended_at >= ${w.week} and category = any(${config.categories}::text[])
      group by user_id, category
    ),
    diverse as (
      select user_id, case when count(*) = 1 then 0
        else (ln(sum(n)) - sum(n * ln(n)) / sum(n)) / ln(${config.categories.length}::float8)
        end as activity_diversity_7d
      from by_category group by user_id
    )
    select * from counted left join diverse using (user_id)`;
}

/** `features.user_activity` */
export const activity = asset({
  name: "features/activity",
  description: "Counts, minutes and diversity of what each user did, as of the end of the slice",
  owners: ["ml-team"],
  tags: ["features"],
  kinds: ["sql", "postgres"],
  deps: { lifeEvents },
  partitions: sixHourly,
  resources: { database },
  config: activityConfig,
  freshness: freshness({ within: "8h" }),
  retry: { attempts: 3, delay: "5s" },
  io: {
    tables: ["features.user_activity"],
    columns: {
      activity_count_24h: "events",
      activity_count_7d: "events",
      activity_count_30d: "events",
      activity_diversity_7d: "0..1",
      total_minutes_7d: "min",
    },
    from: {
      activity_count_24h: ["lifeEvents.ended_at"],
      activity_count_7d: ["lifeEvents.ended_at"],
      activity_count_30d: ["lifeEvents.ended_at"],
      activity_diversity_7d: ["lifeEvents.ended_at", "lifeEvents.category"],
      total_minutes_7d: ["lifeEvents.started_at", "lifeEvents.ended_at"],
    },
  },
  materialize: (_, context) =>
    writeSnapshot(context, userActivity, (sql, windows) => activityQuery(sql, windows)),
});
