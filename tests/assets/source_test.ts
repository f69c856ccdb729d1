import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type Asset, materialize, provide } from "engine";
import { database } from "../../assets/resources.ts";
import {
  friendships,
  gamification,
  integrations,
  lifeEvents,
  type SourceState,
  users,
} from "../../assets/source.ts";
import type { Sql } from "../../assets/sql.ts";
import { smallDatabase, smallEnd } from "./database.ts";

const sources = [lifeEvents, users, friendships, integrations, gamification] as const;

async function observe(sql: Sql, partition = "2026-04-09T18"): Promise<Map<Asset, SourceState>> {
  const found = new Map<Asset, SourceState>();
  for (const source of sources) {
    const options = { partition, resources: [provide(database, sql)] } as const;
    const { value } = await materialize(source, options as never);
    found.set(source, value as SourceState);
  }
  return found;
}

Deno.test("sources count what existed at the end of the slice", async () => {
  await using db = await smallDatabase();
  const seen = await observe(db.sql);
  assertEquals(seen.get(users)!.rows, 60);
  assertEquals(seen.get(gamification)!.rows, 62);
  const newest = Date.parse(seen.get(lifeEvents)!.newest!);
  assert(newest < smallEnd.getTime() && newest > smallEnd.getTime() - 3_600_000);
  const earlier = await observe(db.sql, "2026-04-01T00");
  for (const source of sources.slice(0, 3)) {
    assert(earlier.get(source)!.rows <= seen.get(source)!.rows, source.name);
  }
  assert(earlier.get(lifeEvents)!.rows < seen.get(lifeEvents)!.rows);
});

Deno.test("sources have the same state until a row that counts changes", async () => {
  await using db = await smallDatabase();
  const before = await observe(db.sql);
  await db.sql`update aurora_life.users set last_active_at = ${smallEnd}`;
  await db.sql`
    insert into aurora_life.life_events (id, created_at, updated_at)
    values (gen_random_uuid(), ${smallEnd}, ${smallEnd})`;
  assertEquals(await observe(db.sql), before);

  await db.sql`
    update aurora_life.life_events set mood_level = 5, updated_at = ${smallEnd} where id = (
      select id from aurora_life.life_events order by created_at limit 1)`;
  await db.sql`update aurora_life.users set subscription_tier = 'lead' where id = (
    select id from aurora_life.users limit 1)`;
  await db.sql`delete from aurora_life.friendships where ctid = (
    select ctid from aurora_life.friendships limit 1)`;
  await db.sql`update aurora_life.integration_syncs set records_received = 7 where id = (
    select id from aurora_life.integration_syncs order by finished_at desc limit 1)`;
  await db.sql`update aurora_life.user_gamification set level = level + 1`;
  const after = await observe(db.sql);
  for (const source of sources) {
    assertNotEquals(after.get(source)!.digest, before.get(source)!.digest, source.name);
  }
});
