import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { PopulationError, seed, seeded } from "../../../assets/demo/seed.ts";
import type { Sql } from "../../../assets/sql.ts";
import { auroraDatabase, small, smallDatabase, smallEnd } from "../database.ts";

const tables = [
  "users",
  "life_events",
  "friendships",
  "integrations",
  "integration_syncs",
  "user_gamification",
  "achievements",
  "user_achievements",
];

/** A digest of every row of every source table. */
async function digest(sql: Sql): Promise<{ [table: string]: string }> {
  const found: { [table: string]: string } = {};
  for (const table of tables) {
    const [row] = await sql<{ digest: string }[]>`
      select md5(string_agg(r::text, E'\n' order by r::text)) as digest
      from ${sql(`aurora_life.${table}`)} r`;
    found[table] = row!.digest;
  }
  return found;
}

Deno.test("seed() writes the same rows for the same options, and others for another seed", async () => {
  await using first = await smallDatabase();
  await using again = await auroraDatabase();
  await using other = await auroraDatabase();
  assertEquals((await seed(again.sql, small)).written, true);
  await seed(other.sql, { ...small, seed: 8 });
  const rows = await digest(first.sql);
  assertEquals(await digest(again.sql), rows);
  const different = await digest(other.sql);
  for (const table of tables) assert(different[table] !== rows[table], table);
});

Deno.test("seed() leaves every index as the migrations made it", async () => {
  await using empty = await auroraDatabase();
  await using full = await smallDatabase();
  const indexes = (sql: Sql) =>
    sql<{ definition: string; valid: boolean }[]>`
      select pg_get_indexdef(indexrelid) as definition, indisvalid as valid from pg_index
      where indrelid in ('aurora_life.life_events'::regclass, 'aurora_life.life_events_other'::regclass)
      order by 1`;
  assertEquals([...await indexes(full.sql)], [...await indexes(empty.sql)]);
  const [month] = await full.sql<{ n: number }[]>`
    select count(*)::integer as n from pg_index
    where indrelid = 'aurora_life.life_events_2026_03'::regclass and indisvalid`;
  assertEquals(month!.n, 3);
});

Deno.test("seed() leaves alone what is there already", async () => {
  await using db = await smallDatabase();
  const before = await digest(db.sql);
  const again = await seed(db.sql, small);
  assertEquals(again.written, false);
  const nextDay = await seed(db.sql, { ...small, end: new Date(smallEnd.getTime() + 86_400_000) });
  assertEquals([nextDay.written, nextDay.end], [false, smallEnd]);
  assertEquals(await digest(db.sql), before);
});

Deno.test("seed() refuses another population unless it may reset", async () => {
  await using db = await smallDatabase();
  const other = { ...small, users: 70 };
  const error = await assertRejects(
    () => seed(db.sql, other),
    PopulationError,
    "70 users × 45 days",
  );
  assertStringIncludes(error.message, "--reset");
  assertEquals((await seed(db.sql, { ...other, reset: true })).written, true);
  assertEquals((await seeded(db.sql))?.users, 70);
  const [users] = await db.sql`select count(*)::integer as n from aurora_life.users`;
  assertEquals(users!.n, 70);
});

Deno.test("seed() never touches rows that it has not made, not even to reset", async () => {
  await using db = await auroraDatabase();
  await db.sql`
    insert into aurora_life.users (id, created_at, updated_at) values (gen_random_uuid(), now(), now())`;
  await assertRejects(
    () => seed(db.sql, { ...small, reset: true }),
    PopulationError,
    "no demo population",
  );
});

Deno.test("seed() names options that make no population", async () => {
  await using db = await auroraDatabase();
  const bad = (o: object) => assertRejects(() => seed(db.sql, { ...small, ...o }), RangeError);
  assertStringIncludes((await bad({ users: 10 })).message, "users is 10");
  assertStringIncludes((await bad({ days: 0.5 })).message, "days is 0.5");
  assertStringIncludes((await bad({ end: new Date("2026-01-01T01:00Z") })).message, "midnight");
});

Deno.test("seed() makes eight events a user and day, known when they had ended", async () => {
  await using db = await smallDatabase();
  const [row] = await db.sql<{ share: number; early: number; late: number; days: number }[]>`
    select count(*)::float8 / (60 * 45) as share,
      count(*) filter (where created_at < ended_at)::integer as early,
      count(*) filter (where created_at >= ${smallEnd})::integer as late,
      count(distinct created_at::date)::integer as days
    from aurora_life.life_events`;
  assert(row!.share > 6 && row!.share < 10, `${row!.share} events a user and day`);
  assertEquals([row!.early, row!.late], [12, 0], "only the planted ones of the future are early");
  assertEquals(row!.days, 45);
});

Deno.test("seed() gives energy a daily wave, which the mean of the user does not explain", async () => {
  await using db = await smallDatabase();
  const [row] = await db.sql<{ explained: number }[]>`
    with rated as (
      select energy_level - avg(energy_level) over (partition by user_id) as e, floor(extract(hour
        from started_at at time zone u.timezone) / 3) as h
      from aurora_life.life_events l join aurora_life.users u on u.id = l.user_id
      where energy_level between 1 and 10
    ), waved as (select e, avg(e) over (partition by h) as wave from rated)
    select 1 - var_pop(e - wave)::float8 / var_pop(e)::float8 as explained from waved`;
  assert(row!.explained > 0.2, `the hour explains ${row!.explained}`);
});
