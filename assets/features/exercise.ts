/**
 * How often, how hard and how variedly people exercised.
 *
 * @module
 */
import { asset, freshness } from "engine";
import { sixHourly } from "../partitions.ts";
import { database } from "../resources.ts";
import { lifeEvents } from "../source.ts";
import type { Transaction } from "../sql.ts";
import { knownEvents, type Snapshot, type Windows, writeSnapshot } from "./snapshot.ts";
import { userExercise } from "./views.ts";

/** Thresholds of the view. */
export const exerciseConfig = {
  /** Longer sleeps are taken for mistakes. */
  maxSleepHours: 24,
  /** Exercise days that make a full week. */
  daysAWeek: 3,
  /** Metabolic equivalents by kind, for events that were not measured. */
  met: { running: 9, cycling: 7, strength: 5, swimming: 7, yoga: 3, walking: 3.5 },
  /** That of any other kind. */
  otherMet: 4,
};

/**
 * `exercise_consistency_score`: mean over four rolling weeks of min(1, exercise days / 3).
 * `exercise_frequency_28d`: exercise days a week. `exercise_intensity_7d`: mean MET-minutes of an
 * event, its own `met` where it was measured; null without one. `exercise_variety_28d`: distinct
 * kinds.
 */
export function exerciseQuery(
  sql: Transaction,
  w: Windows,
  config: typeof exerciseConfig = exerciseConfig,
): Snapshot {
  return sql`
    with e as materialized (${knownEvents(sql, w, config.maxSleepHours)}),
    people as (select distinct user_id from e),
    done as materialized (
      select user_id, ended_at >= ${w.week} as recent, metadata ->> 'kind' as kind,
        floor(extract(epoch from ended_at - ${w.fourWeeks}) / 604800) as week,
        floor(extract(epoch from ended_at - ${w.fourWeeks}) / 86400) as day,
        extract(epoch from ended_at - started_at)::float8 / 60 * case
          when jsonb_typeof(metadata -> 'met') = 'number' then (metadata ->> 'met')::float8
          else coalesce((${sql.json(config.met)}::jsonb ->> (metadata ->> 'kind'))::float8,
            ${config.otherMet}::float8) end as met_minutes
      from e where event_type = 'exercise' and ended_at >= ${w.fourWeeks}
    ),
    weeks as (
      select user_id, count(distinct day) as days from done group by user_id, week
    ),
    regular as (
      select user_id, sum(days)::float8 / 4 as frequency,
        sum(least(1, days::float8 / ${config.daysAWeek}::float8)) / 4 as score
      from weeks group by user_id
    ),
    hard as (
      select user_id, count(*) filter (where recent) as n, count(distinct kind) as kinds,
        avg(met_minutes) filter (where recent) as intensity
      from done group by user_id
    )
    select p.user_id, coalesce(h.n, 0) as exercise_count_7d,
      coalesce(r.score, 0) as exercise_consistency_score,
      coalesce(r.frequency, 0) as exercise_frequency_28d,
      h.intensity as exercise_intensity_7d, coalesce(h.kinds, 0) as exercise_variety_28d
    from people p left join hard h using (user_id) left join regular r using (user_id)`;
}

/** Columns that tell when somebody exercised. */
const exercised = ["lifeEvents.event_type", "lifeEvents.ended_at"];

/** `features.user_exercise` */
export const exercise = asset({
  name: "features/exercise",
  description: "Frequency, consistency, intensity and variety of each user's exercise",
  owners: ["ml-team"],
  tags: ["features"],
  kinds: ["sql", "postgres"],
  deps: { lifeEvents },
  partitions: sixHourly,
  resources: { database },
  config: exerciseConfig,
  freshness: freshness({ within: "8h" }),
  retry: { attempts: 3, delay: "5s" },
  io: {
    tables: ["features.user_exercise"],
    columns: {
      exercise_count_7d: "events",
      exercise_consistency_score: "0..1",
      exercise_frequency_28d: "days a week",
      exercise_intensity_7d: "MET-min",
      exercise_variety_28d: "kinds",
    },
    from: {
      exercise_count_7d: exercised,
      exercise_consistency_score: exercised,
      exercise_frequency_28d: exercised,
      exercise_intensity_7d: [...exercised, "lifeEvents.started_at", "lifeEvents.metadata"],
      exercise_variety_28d: [...exercised, "lifeEvents.metadata"],
    },
  },
  materialize: (_, context) =>
    writeSnapshot(context, userExercise, (sql, windows) => exerciseQuery(sql, windows)),
});
