/**
 * With whom people spend their time.
 *
 * @module
 */
import { asset, freshness } from "engine";
import { sixHourly } from "../partitions.ts";
import { database } from "../resources.ts";
import { friendships, lifeEvents } from "../source.ts";
import type { Transaction } from "../sql.ts";
import { knownEvents, type Snapshot, type Windows, writeSnapshot } from "./snapshot.ts";
import { userSocial } from "./views.ts";

/** Thresholds of the view. */
export const socialConfig = {
  /** Longer sleeps are taken for mistakes. */
  maxSleepHours: 24,
  /** What in a week counts as full engagement, and how much each part weighs. */
  full: { events: 7, friends: 5, minutes: 420 },
  /** {@linkcode socialConfig.full} */
  weight: { events: 0.4, friends: 0.3, minutes: 0.3 },
};

/**
 * `friend_count`: people with an accepted friendship at T, whoever asked.
 * `social_engagement_score`: 100·(0.4·min(1, n/7) + 0.3·min(1, distinct friends/5) + 0.3·min(1,
 * minutes/420)) over the social events of 7 days, each with all its minutes.
 */
export function socialQuery(
  sql: Transaction,
  w: Windows,
  config: typeof socialConfig = socialConfig,
): Snapshot {
  const { full, weight } = config;
  return sql`
    with e as materialized (${knownEvents(sql, w, config.maxSleepHours)}),
    people as (select distinct user_id from e),
    accepted as (
      select user_id, friend_id from aurora_life.friendships
      where status = 'accepted' and accepted_at < ${w.at} and created_at < ${w.at}
    ),
    friends as (
      select user_id, count(distinct friend_id) as n from (
        select user_id, friend_id from accepted
        union all select friend_id, user_id from accepted
      ) both_ways where user_id <> friend_id group by user_id
    ),
    met as (
      select user_id, count(*)::float8 as n,
        count(distinct metadata ->> 'friend_id')::float8 as friends,
        sum(extract(epoch from ended_at - started_at)::float8) / 60 as minutes
      from e where event_type = 'social' and ended_at >= ${w.week} group by user_id
    )
    select p.user_id, coalesce(f.n, 0) as friend_count,
      -- coalesce inside: least(1, null) would be 1.
      100 * (
        ${weight.events}::float8 * least(1, coalesce(m.n, 0) / ${full.events}::float8)
        + ${weight.friends}::float8 * least(1, coalesce(m.friends, 0) / ${full.friends}::float8)
        + ${weight.minutes}::float8 * least(1, coalesce(m.minutes, 0) / ${full.minutes}::float8))
        as social_engagement_score
    from people p left join friends f using (user_id) left join met m using (user_id)`;
}

/** `features.user_social` */
export const social = asset({
  name: "features/social",
  description: "Friends and social engagement of each user, as of the end of the slice",
  owners: ["ml-team"],
  tags: ["features"],
  kinds: ["sql", "postgres"],
  deps: { lifeEvents, friendships },
  partitions: sixHourly,
  resources: { database },
  config: socialConfig,
  freshness: freshness({ within: "8h" }),
  retry: { attempts: 3, delay: "5s" },
  io: {
    tables: ["features.user_social"],
    columns: { friend_count: "people", social_engagement_score: "0..100" },
    from: {
      friend_count: ["friendships.user_id", "friendships.friend_id", "friendships.status"],
      social_engagement_score: [
        "lifeEvents.event_type",
        "lifeEvents.started_at",
        "lifeEvents.ended_at",
        "lifeEvents.metadata",
      ],
    },
  },
  materialize: (_, context) =>
    writeSnapshot(context, userSocial, (sql, windows) => socialQuery(sql, windows)),
});
