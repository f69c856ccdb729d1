import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { connect } from "../../adapters/postgres/connect.ts";
import { activityQuery } from "../../assets/features/activity.ts";
import { exerciseQuery } from "../../assets/features/exercise.ts";
import { sleepQuery } from "../../assets/features/sleep.ts";
import { windowsAt } from "../../assets/features/snapshot.ts";
import { socialQuery } from "../../assets/features/social.ts";
import type { Sql } from "../../assets/sql.ts";
import { awkwardEvents, awkwardFriendships, insertAwkward } from "./awkward.ts";
import { auroraDatabase, smallDatabase, smallEnd } from "./database.ts";
import { type Event, type Features, type Friendship, slowFeatures } from "./slow_features.ts";

const queries = [activityQuery, sleepQuery, exerciseQuery, socialQuery];

/** What the four statements give as of `at`, by user. */
async function fastFeatures(sql: Sql, at: Date): Promise<Map<string, Features>> {
  const found = new Map<string, Features>();
  await sql.begin(async (sql) => {
    for (const query of queries) {
      for (const { user_id, ...features } of await query(sql, windowsAt(at))) {
        const numbers = Object.entries(features).map((
          [k, v],
        ) => [k, v === null ? null : Number(v)]);
        found.set(user_id, { ...found.get(user_id), ...Object.fromEntries(numbers) });
      }
    }
  });
  return found;
}

/**
 * Compares every feature of every user to 1e-9 and gives how many values were not null, by feature.
 */
function compare(
  fast: ReadonlyMap<string, Features>,
  slow: ReadonlyMap<string, Features>,
): { [feature: string]: number } {
  assertEquals([...fast.keys()].sort(), [...slow.keys()].sort());
  const present: { [feature: string]: number } = {};
  for (const [user, expected] of slow) {
    const actual = fast.get(user)!;
    assertEquals(Object.keys(actual).sort(), Object.keys(expected).sort());
    for (const [feature, value] of Object.entries(expected)) {
      const where = `${feature} of ${user}: ${actual[feature]} against ${value}`;
      if (value === null || actual[feature] === null) assertEquals(actual[feature], value, where);
      else assertAlmostEquals(actual[feature]!, value, 1e-9 * Math.max(1, Math.abs(value)), where);
      present[feature] = (present[feature] ?? 0) + (value === null ? 0 : 1);
    }
  }
  return present;
}

async function source(sql: Sql): Promise<[Event[], Friendship[]]> {
  return [
    await sql<Event[]>`
      select user_id, event_type, category, started_at, ended_at, metadata, created_at
      from aurora_life.life_events`,
    await sql<Friendship[]>`select * from aurora_life.friendships`,
  ];
}

Deno.test("feature views equal a slow computation on the demo population, also around changes of clocks", async () => {
  await using db = await smallDatabase();
  const [events, friendships] = await source(db.sql);
  const instants = ["2026-03-10T06:00Z", "2026-03-29T06:00Z", "2026-04-05T18:00Z"];
  for (const at of [...instants.map((text) => new Date(text)), smallEnd]) {
    const fast = await fastFeatures(db.sql, at);
    const present = compare(fast, slowFeatures(events, friendships, { at, step: 1000 }));
    assertEquals(Object.keys(present).length, 15);
    for (const [feature, n] of Object.entries(present)) assert(n > 30, `${feature}: only ${n}`);
  }
});

Deno.test("feature views equal a slow computation, minute by minute, on awkward events", async () => {
  await using db = await auroraDatabase();
  const at = new Date("2026-03-29T06:00:00Z");
  const made = awkwardEvents(11, at, 60);
  const friends = awkwardFriendships(made, 11, at);
  await insertAwkward(db.sql, made, friends);
  const [events, friendships] = await source(db.sql);
  for (const hours of [0, 6, 18]) {
    const then = new Date(at.getTime() - hours * 3_600_000);
    const fast = await fastFeatures(db.sql, then);
    assert(fast.size > 30 && fast.size < 60, `${fast.size} users have features`);
    const present = compare(
      fast,
      slowFeatures(events, friendships, { at: then, step: 60_000 }),
    );
    const { sleep_consistency_7d: sri, exercise_intensity_7d: hard } = present;
    assert(sri! > 5 && sri! < fast.size, `${sri} users have a regularity`);
    assert(hard! > 5 && hard! < fast.size, `${hard} users have an intensity`);
  }
});

Deno.test("feature views give the same whatever the session's time zone is", async () => {
  await using db = await smallDatabase();
  const at = new Date("2026-03-29T06:00:00Z");
  const utc = await fastFeatures(db.sql, at);
  const [here] = await db.sql<{ name: string }[]>`select current_database() as name`;
  await db.sql`alter database ${db.sql(here!.name)} set timezone = 'Europe/Berlin'`;
  const other = connect(db.url);
  try {
    assertEquals((await other`show timezone`)[0]!.TimeZone, "Europe/Berlin");
    assertEquals(await fastFeatures(other, at), utc);
  } finally {
    await other.end();
  }
});

Deno.test("feature views do not see what is recorded at T or later", async () => {
  await using db = await smallDatabase();
  const at = new Date("2026-03-29T06:00:00Z");
  const before = await fastFeatures(db.sql, at);
  await db.sql`
    insert into aurora_life.life_events (id, user_id, event_type, category, started_at, ended_at,
      created_at, updated_at)
    select gen_random_uuid(), id, 'sleep', 'rest', ${at}::timestamptz - interval '9 hours',
      ${at}::timestamptz - interval '1 hour', ${at}, ${at} from aurora_life.users`;
  await db.sql`delete from aurora_life.life_events where created_at > ${at}`;
  assertEquals(await fastFeatures(db.sql, at), before);
});
