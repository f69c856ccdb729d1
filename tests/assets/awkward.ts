/** Events that no sensible person leaves, to try definitions at their edges. @module */
import { random } from "../../assets/demo/random.ts";
import type { Sql } from "../../assets/sql.ts";
import type { Event, Friendship } from "./slow_features.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

const types = ["sleep", "sleep", "sleep", "exercise", "social", "meal", "work", null];
const kinds = [
  "rest",
  "work",
  "fitness",
  "social",
  "nutrition",
  "growth",
  "leisure",
  "mindfulness",
];

/**
 * Events of `users` people around `at`, on whole minutes: sleeps that overlap, touch and contain
 * each other, ends on the very edges of windows, ends before starts, sleeps of days, missing
 * fields, late records, people with nothing recent.
 */
export function awkwardEvents(seed: number, at: Date, users: number): Event[] {
  const T = at.getTime();
  return Array.from({ length: users }, (_, u) => {
    const r = random(seed, u);
    const user = r.uuid(T);
    const oldest = u % 7 === 0 ? 60 : 35;
    const newest = u % 7 === 0 ? 31 : u % 5 === 0 ? 8 : 0;
    const events = u % 3 === 0 ? 6 : u % 3 === 1 ? 60 : 200;
    return Array.from({ length: events }, (): Event => {
      const edge = r.chance(0.15);
      const days = edge ? r.pick([0, 1, 7, 14, 28, 30]) : r.between(newest, oldest);
      const end = Math.round((T - Math.max(newest, days) * DAY) / MINUTE) * MINUTE;
      const type = r.pick(types);
      const lasts = r.chance(0.05)
        ? -30
        : r.chance(0.05)
        ? r.pick([1440, 1441, 3000])
        : 1 + r.below(
          type === "sleep" ? 600 : 200,
        );
      const metadata: { [key: string]: unknown } = {};
      if (type === "social" && r.chance(0.7)) metadata.friend_id = `friend ${r.below(9)}`;
      if (type === "exercise" && r.chance(0.8)) {
        metadata.kind = r.pick(["running", "yoga", "chess"]);
      }
      if (type === "exercise" && r.chance(0.4)) metadata.met = r.pick([2.5, 7.25, "hard"]);
      if (type === "sleep" && u % 4 === 0) {
        metadata.sleep_need_minutes = r.pick([450, 510.5, 10, "?"]);
      }
      const late = r.chance(0.05) ? 40 * DAY : r.below(120) * 1000;
      return {
        user_id: r.chance(0.02) ? null : user,
        event_type: type,
        category: r.chance(0.05)
          ? r.pick([null, "unheard-of"])
          : u % 11 === 0
          ? "work"
          : r.pick(kinds),
        started_at: r.chance(0.02) ? null : new Date(end - lasts * MINUTE),
        ended_at: r.chance(0.02) ? null : new Date(end),
        metadata: r.chance(0.05) ? null : metadata,
        created_at: new Date(end + late),
      };
    });
  }).flat();
}

/**
 * Friendships between the people of `events`, of every status, some twice, some with oneself, some
 * later.
 */
export function awkwardFriendships(events: readonly Event[], seed: number, at: Date): Friendship[] {
  const people = [...new Set(events.map((e) => e.user_id))].filter((id) => id !== null);
  const r = random(seed, 1_000);
  return Array.from({ length: people.length * 6 }, (): Friendship => {
    const created = at.getTime() - r.between(-5, 90) * DAY;
    const status = r.pick(["accepted", "accepted", "pending", "blocked"]);
    return {
      user_id: r.pick(people),
      friend_id: r.pick(people),
      status,
      created_at: new Date(Math.floor(created)),
      accepted_at: status === "pending"
        ? null
        : new Date(Math.floor(created + r.between(0, 20) * DAY)),
    };
  });
}

/** Puts them into the source tables. */
export async function insertAwkward(
  sql: Sql,
  events: readonly Event[],
  friendships: readonly Friendship[],
): Promise<void> {
  const rows = events.map((e) => ({ ...e, metadata: e.metadata && sql.json(e.metadata as never) }));
  for (let i = 0; i < rows.length; i += 1000) {
    await sql`
      insert into aurora_life.life_events ${
      sql(
        rows.slice(i, i + 1000).map((row) => ({
          ...row,
          id: crypto.randomUUID(),
          updated_at: row.created_at,
        })),
      )
    }`;
  }
  await sql`insert into aurora_life.friendships ${sql(friendships as Friendship[])}`;
}
