/**
 * Rules about points, levels and achievements.
 *
 * @module
 */
import { xpThresholds } from "../xp_curve.ts";
import type { Rule, Scope } from "./rule.ts";

const table = "gamification";
const known = ({ sql, at }: Scope) => sql`aurora_life.user_gamification where updated_at < ${at}`;
const players = (scope: Scope) => scope.sql`select count(*) as n from ${known(scope)}`;

/** Rules of `source/gamification`. */
export const gamificationRules: readonly Rule[] = [
  {
    name: "gamification_xp",
    table,
    description: "The points are negative or missing",
    severity: "critical",
    checked: players,
    offending: (scope) =>
      scope.sql`
        select user_id::text as key from ${known(scope)} and coalesce(total_xp, -1) < 0`,
  },
  {
    name: "gamification_level",
    table,
    description: "The level is not that of the curve of points",
    severity: "error",
    checked: players,
    // width_bucket counts the thresholds that are reached, which is the level; below the first it
    // is 1.
    offending: (scope) =>
      scope.sql`
        select user_id::text as key from ${known(scope)}
          and level is distinct from
            width_bucket(greatest(total_xp, 0), ${xpThresholds as number[]}::bigint[])`,
  },
  {
    name: "achievement_unearned",
    table,
    description: "It was unlocked below its level or points, or before the user existed",
    severity: "error",
    checked: ({ sql, at }) =>
      sql`select count(*) as n from aurora_life.user_achievements where unlocked_at < ${at}`,
    offending: ({ sql, at }) =>
      sql`
        select concat_ws('/', ua.user_id, ua.achievement_id) as key
        from aurora_life.user_achievements ua
        join aurora_life.achievements a on a.id = ua.achievement_id
        join aurora_life.users u on u.id = ua.user_id
        left join aurora_life.user_gamification g on g.user_id = ua.user_id
        where ua.unlocked_at < ${at}
          and (ua.unlocked_at < u.created_at or coalesce(g.level, 1) < a.required_level
            or coalesce(g.total_xp, 0) < a.required_xp)`,
  },
  {
    name: "gamification_orphan",
    table,
    description: "Its user or its achievement does not exist",
    severity: "critical",
    checked: (scope) =>
      scope.sql`
        select (select count(*) from ${known(scope)})
          + (select count(*) from aurora_life.user_achievements where unlocked_at < ${scope.at}) as n`,
    offending: (scope) =>
      scope.sql`
        select user_id::text as key from (select * from ${known(scope)}) g
        where not exists (select from aurora_life.users u where u.id = g.user_id)
        union all
        select concat_ws('/', user_id, achievement_id) from aurora_life.user_achievements ua
        where unlocked_at < ${scope.at}
          and not (exists (select from aurora_life.users u where u.id = ua.user_id)
            and exists (select from aurora_life.achievements a where a.id = ua.achievement_id))`,
  },
];
