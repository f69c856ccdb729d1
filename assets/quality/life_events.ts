/**
 * Rules about events: those recorded in the window of the config.
 *
 * @module
 */
import type { Fragment } from "../sql.ts";
import { daysBefore, type Rule, type Scope } from "./rule.ts";

function recorded({ sql, at, config }: Scope): Fragment {
  const from = daysBefore(at, config.events.windowDays);
  return sql`aurora_life.life_events where created_at >= ${from} and created_at < ${at}`;
}

const table = "life_events";
const checked = (scope: Scope) => scope.sql`select count(*) as n from ${recorded(scope)}`;

/** Rules of `source/life_events`. */
export const lifeEventRules: readonly Rule[] = [
  {
    name: "event_duplicate",
    table,
    description: "An earlier record of the same weeks has the same user, type and start",
    severity: "error",
    checked,
    offending: (scope) =>
      scope.sql`
        select id::text as key from (
          select id, row_number() over (
            partition by user_id, event_type, started_at order by created_at, id) as n
          from ${recorded(scope)}
            and user_id is not null and event_type is not null and started_at is not null
        ) copies where n > 1`,
  },
  {
    name: "event_future",
    table,
    description: "It starts or ends after the instant that the data is judged at",
    severity: "critical",
    checked,
    offending: (scope) =>
      scope.sql`
        select id::text as key from ${recorded(scope)}
          and (started_at > ${scope.at} or ended_at > ${scope.at})`,
  },
  {
    name: "event_duration",
    table,
    description:
      "It ends before it starts, lasts a day or more, or its duration is not end − start",
    severity: "error",
    checked,
    offending(scope) {
      const { maxHours, toleranceMinutes } = scope.config.events;
      return scope.sql`
        select id::text as key from ${recorded(scope)}
          and (ended_at <= started_at
            or ended_at - started_at >= make_interval(hours => ${maxHours})
            or abs(duration_minutes - extract(epoch from ended_at - started_at) / 60)
              > ${toleranceMinutes}::numeric)`;
    },
  },
  {
    name: "event_level",
    table,
    description: "Energy, mood or quality is outside 1 to 10",
    severity: "error",
    checked,
    offending(scope) {
      const [low, high] = scope.config.events.levels;
      return scope.sql`
        select id::text as key from ${recorded(scope)}
          and (energy_level not between ${low!}::integer and ${high!}::integer
            or mood_level not between ${low!}::integer and ${high!}::integer
            or quality_level not between ${low!}::integer and ${high!}::integer)`;
    },
  },
  {
    name: "event_required",
    table,
    description: "User, type, category, start, end or duration is missing",
    severity: "critical",
    checked,
    offending: (scope) =>
      scope.sql`
        select id::text as key from ${recorded(scope)}
          and (user_id is null or event_type is null or category is null or started_at is null
            or ended_at is null or duration_minutes is null)`,
  },
];
