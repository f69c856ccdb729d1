import { assert, assertEquals } from "@std/assert";
import { given, materialize, memoryOnlineStore, provide } from "engine";
import { activity } from "../../assets/features/activity.ts";
import { exercise } from "../../assets/features/exercise.ts";
import { online } from "../../assets/features/online.ts";
import { sleep } from "../../assets/features/sleep.ts";
import { social } from "../../assets/features/social.ts";
import { featureProject, featureViews, userActivity } from "../../assets/features/views.ts";
import { database, online as onlineResource } from "../../assets/resources.ts";
import { lifeEvents } from "../../assets/source.ts";
import type { Sql } from "../../assets/sql.ts";
import { smallDatabase, smallEnd } from "./database.ts";

const partition = "2026-04-09T18";
const state = { table: "", rows: 1, newest: null, digest: "" };

const run = (sql: Sql, version: bigint) =>
  materialize(activity, {
    partition,
    version,
    given: [given(lifeEvents, state)],
    resources: [provide(database, sql)],
  });

async function publish(sql: Sql, asset: string, partition: string, version: bigint) {
  await sql`
    insert into engine.visible (asset, partition, version)
    values (${asset}, ${partition}, ${String(version)}::bigint)
    on conflict (asset, partition) do update set version = excluded.version`;
}

Deno.test("features/activity writes rows that are seen only once they are published", async () => {
  await using db = await smallDatabase();
  const { value, metadata } = await run(db.sql, 70n);
  assertEquals(value.table, "features.user_activity");
  assertEquals(value.version, "70");
  assert(value.rows > 50 && value.rows === metadata.rows);
  const visible = () => db.sql`select * from features.user_activity`;
  assertEquals((await visible()).length, 0);
  await publish(db.sql, "features/activity", partition, 70n);
  const rows = await visible();
  assertEquals(rows.length, value.rows);
  assertEquals(rows[0]!.as_of, smallEnd);
});

Deno.test("features/activity run again replaces its rows, and equal content has an equal digest", async () => {
  await using db = await smallDatabase();
  const first = (await run(db.sql, 70n)).value;
  assertEquals((await run(db.sql, 70n)).value, first);
  const second = (await run(db.sql, 71n)).value;
  assertEquals(second, { ...first, version: "71" });
  const [n] = await db.sql`
    select count(*)::integer as n from features.user_activity_rows where version = 70`;
  assertEquals(n!.n, first.rows);
  await db.sql`delete from aurora_life.life_events where user_id = (
    select user_id from features.user_activity_rows limit 1)`;
  const third = (await run(db.sql, 72n)).value;
  assert(third.digest !== first.digest && third.rows === first.rows - 1);
});

Deno.test("feature views have a column for every field, and no other", async () => {
  await using db = await smallDatabase();
  for (const view of featureViews) {
    const columns = await db.sql<{ name: string }[]>`
      select column_name as name from information_schema.columns
      where table_schema = 'features' and table_name = ${view.name} order by ordinal_position`;
    const fields = view.fields.map((field) => field.name);
    assertEquals(columns.map((c) => c.name), ["user_id", "as_of", "created_at", ...fields]);
  }
});

/** Runs the four views and `features/online` for a slice, publishing the views first. */
async function serve(
  sql: Sql,
  store: ReturnType<typeof memoryOnlineStore>,
  key: typeof partition | "2026-04-08T18",
  version: bigint,
) {
  const resources = [provide(database, sql), provide(onlineResource, store)];
  const slices = [];
  for (const [i, view] of [activity, sleep, exercise, social].entries()) {
    const made = await materialize(view, {
      partition: key,
      version: version + BigInt(i),
      resources,
    });
    await publish(sql, view.name, key, version + BigInt(i));
    slices.push(given(view, made.value));
  }
  return await materialize(online, { partition: key, given: slices, resources });
}

Deno.test("features/online serves what the views hold, and tells so", async () => {
  await using db = await smallDatabase();
  await using store = memoryOnlineStore();
  const { value, events } = await serve(db.sql, store, partition, 100n);
  assertEquals(value.written, 4 * value.users);
  assertEquals(events.map((e) => [e.topic, e.key]), [
    ["aurora.features.updated", "features/online"],
  ]);
  const rows = await db.sql<{ user_id: string; activity_count_30d: bigint; sri: number | null }[]>`
    select user_id, activity_count_30d, sleep_consistency_7d as sri
    from features.user_activity join features.user_sleep using (user_id)`;
  const ids = rows.map((row) => row.user_id);
  const answers = await store.read(featureProject, featureViews, ids, { now: smallEnd });
  assertEquals(answers.length, value.users);
  answers.forEach((answer, i) => {
    assertEquals(answer.features.size, 15);
    const count = answer.features.get("user_activity:activity_count_30d")!;
    assertEquals([count.value, count.status], [rows[i]!.activity_count_30d, "PRESENT"]);
    const sri = answer.features.get("user_sleep:sleep_consistency_7d")!;
    assertEquals(sri.value, rows[i]!.sri);
    assertEquals(sri.status, rows[i]!.sri === null ? "NULL_VALUE" : "PRESENT");
  });
});

Deno.test("features/online corrects the newest slice but never replaces it by an older one", async () => {
  await using db = await smallDatabase();
  await using store = memoryOnlineStore();
  await serve(db.sql, store, partition, 100n);
  const [user] = await db.sql<{ id: string }[]>`
    select user_id as id from features.user_activity order by activity_count_24h desc limit 1`;
  const read = async () => {
    const [answer] = await store.read(featureProject, [userActivity], [user!.id], {
      now: smallEnd,
    });
    const { value, eventTime } = answer!.features.get("user_activity:activity_count_30d")!;
    return [value, eventTime?.toISOString()];
  };
  const [before, time] = await read();
  assertEquals(time, smallEnd.toISOString());
  const older = await serve(db.sql, store, "2026-04-08T18", 200n);
  assertEquals(older.value.written, 0);
  assertEquals(await read(), [before, time]);
  await db.sql`
    delete from aurora_life.life_events where id = (
      select id from aurora_life.life_events where user_id = ${user!.id} and ended_at < ${smallEnd}
      order by ended_at desc limit 1)`;
  await serve(db.sql, store, partition, 300n);
  assertEquals(await read(), [before as bigint - 1n, time]);
});
