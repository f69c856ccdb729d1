/**
 * The tables of the Aurora Life application. It owns them; the engine only observes them.
 *
 * A slice is observed as of its end, so that lineage says which state of the data a result was made
 * from, and a result becomes stale when rows it was made from are edited or removed.
 *
 * @module
 */
import { external, freshness } from "engine";
import { sixHourly } from "./partitions.ts";
import { database } from "./resources.ts";
import type { Queries } from "./sql.ts";

/** What was seen of a table. `type`, not `interface`: it is stored as JSON. */
export type SourceState = {
  /** Schema and name. */
  readonly table: string;
  /** Rows that existed as of the slice's end. */
  readonly rows: number;
  /** The newest change among them, ISO, or null without rows. */
  readonly newest: string | null;
  /**
   * Equal digests mean equal data, as far as a cheap look can tell; nothing else of this decides
   * staleness.
   */
  readonly digest: string;
};

/** One row of such a look. */
interface Seen {
  readonly rows: number;
  readonly newest: Date | null;
  readonly digest: string;
}

const DAY = 86_400_000;
/** How far back anything reads events. */
const window = 91 * DAY;

const state = (table: string, seen: Seen | undefined): SourceState => ({
  table: `aurora_life.${table}`,
  rows: seen?.rows ?? 0,
  newest: seen?.newest?.toISOString() ?? null,
  digest: `${seen?.rows ?? 0}-${seen?.digest ?? ""}`,
});

// An edit moves updated_at and a removal the count, so the two are a version that needs no sort.
async function observeEvents(sql: Queries, asOf: Date): Promise<SourceState> {
  const from = new Date(asOf.getTime() - window);
  const [seen] = await sql<Seen[]>`
    select count(*)::integer as rows, max(updated_at) as newest,
      coalesce(extract(epoch from max(updated_at)), 0)::text as digest
    from aurora_life.life_events
    where created_at >= ${from} and created_at < ${asOf}`;
  return state("life_events", seen);
}

// last_active_at moves with every click and would make everything stale; it is left out.
async function observeUsers(sql: Queries, asOf: Date): Promise<SourceState> {
  const [seen] = await sql<Seen[]>`
    select count(*)::integer as rows, max(updated_at) as newest,
      coalesce(sum(hashtextextended(
        concat_ws('|', id, email, subscription_tier, is_active, deactivated_at, timezone), 0)), 0)::text
        as digest
    from aurora_life.users where created_at < ${asOf}`;
  return state("users", seen);
}

async function observeFriendships(sql: Queries, asOf: Date): Promise<SourceState> {
  const [seen] = await sql<Seen[]>`
    select count(*)::integer as rows, max(greatest(created_at, accepted_at)) as newest,
      coalesce(sum(hashtextextended(
        concat_ws('|', user_id, friend_id, status, accepted_at), 0)), 0)::text as digest
    from aurora_life.friendships where created_at < ${asOf}`;
  return state("friendships", seen);
}

async function observeIntegrations(sql: Queries, asOf: Date): Promise<SourceState> {
  const from = new Date(asOf.getTime() - window);
  const [seen] = await sql<Seen[]>`
    select
      (select count(*)::integer from aurora_life.integrations where created_at < ${asOf}) as rows,
      max(finished_at) as newest,
      concat_ws('-', count(*), coalesce(sum(records_received), 0),
        coalesce(extract(epoch from max(finished_at)), 0)) as digest
    from aurora_life.integration_syncs
    where finished_at >= ${from} and finished_at < ${asOf}`;
  return state("integrations", seen);
}

async function observeGamification(sql: Queries, asOf: Date): Promise<SourceState> {
  const [seen] = await sql<Seen[]>`
    select count(*)::integer as rows, max(updated_at) as newest,
      concat_ws('-', coalesce(sum(total_xp), 0), coalesce(sum(level), 0),
        (select count(*) from aurora_life.user_achievements where unlocked_at < ${asOf})) as digest
    from aurora_life.user_gamification where updated_at < ${asOf}`;
  return state("user_gamification", seen);
}

const shared = {
  partitions: sixHourly,
  resources: { database },
  owners: ["aurora-life"],
  kinds: ["postgres"],
  // A look changes nothing, so one that failed by a cut connection is simply repeated.
  retry: { attempts: 3, delay: "5s" },
} as const;

/** `aurora_life.life_events` */
export const lifeEvents = external({
  ...shared,
  name: "source/life_events",
  description:
    "What people did: events with ratings of energy, mood and sleep, kept by the application",
  freshness: freshness({ within: "8h" }),
  observe: ({ partition, resources }) =>
    observeEvents(resources.database, sixHourly.span(partition)![1]),
});

/** `aurora_life.users` */
export const users = external({
  ...shared,
  name: "source/users",
  description: "Accounts with subscription tier, activity and time zone",
  freshness: freshness({ within: "8h" }),
  observe: ({ partition, resources }) =>
    observeUsers(resources.database, sixHourly.span(partition)![1]),
});

/** `aurora_life.friendships` */
export const friendships = external({
  ...shared,
  name: "source/friendships",
  description: "Who is friends with whom, and since when",
  freshness: freshness({ within: "8h" }),
  observe: ({ partition, resources }) =>
    observeFriendships(resources.database, sixHourly.span(partition)![1]),
});

/** `aurora_life.integrations` and `integration_syncs` */
export const integrations = external({
  ...shared,
  name: "source/integrations",
  description: "Services that data is synced from, with their syncs",
  freshness: freshness({ within: "8h" }),
  observe: ({ partition, resources }) =>
    observeIntegrations(resources.database, sixHourly.span(partition)![1]),
});

/** `aurora_life.user_gamification`, `achievements` and `user_achievements` */
export const gamification = external({
  ...shared,
  name: "source/gamification",
  description: "Points, levels and achievements",
  freshness: freshness({ within: "8h" }),
  observe: ({ partition, resources }) =>
    observeGamification(resources.database, sixHourly.span(partition)![1]),
});
