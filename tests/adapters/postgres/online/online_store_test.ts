import { assert, assertEquals, assertRejects } from "@std/assert";
import { type FeatureView, ServiceUnavailableError } from "engine";
import { postgresCache } from "../../../../adapters/postgres/online/cache.ts";
import { migrateOnline } from "../../../../adapters/postgres/online/migrate.ts";
import { postgresOnlineStore } from "../../../../adapters/postgres/online/online_store.ts";
import { connect } from "../../../../adapters/postgres/connect.ts";
import { cacheContract, onlineStoreContract } from "engine/testing";
import { testDatabase } from "../../../services/postgres.ts";

const FILE = "../../../../adapters/postgres/online/migrations/0001_online.sql";
const migrated = {
  template: await Deno.readTextFile(new URL(FILE, import.meta.url)),
  prepare: async (sql: Parameters<typeof migrateOnline>[0]) => {
    await migrateOnline(sql);
  },
};

onlineStoreContract("postgres", async () => {
  const db = await testDatabase(migrated);
  const store = postgresOnlineStore(db.sql);
  return Object.assign(store, {
    [Symbol.asyncDispose]: async () => await db[Symbol.asyncDispose](),
  });
});

cacheContract("postgres", async () => {
  const db = await testDatabase(migrated);
  const cache = postgresCache(db.sql);
  return {
    cache: Object.assign(cache, {
      [Symbol.asyncDispose]: async () => await db[Symbol.asyncDispose](),
    }),
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
});

const view: FeatureView = {
  name: "user_sleep",
  entity: "user_id",
  fields: [{ name: "debt", type: "DOUBLE" }],
  ttl: 0,
};

Deno.test("migrateOnline() works on a database with features of its own, and twice", async () => {
  await using db = await testDatabase();
  await db.sql`create schema features`;
  assertEquals((await migrateOnline(db.sql)).length, 1);
  assertEquals((await migrateOnline(db.sql)).length, 0);
});

Deno.test("postgresCache() takes out what is over when something is put", async () => {
  await using db = await testDatabase(migrated);
  const cache = postgresCache(db.sql);
  await cache.put([{ key: "a", value: new Uint8Array(1) }], { ttlMs: 1 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  await cache.put([{ key: "b", value: new Uint8Array(1) }], { ttlMs: 60_000 });
  const rows = await db.sql<{ key: string }[]>`select key from engine.cache`;
  assertEquals(rows.map((row) => row.key), ["aurora:b"]);
});

Deno.test("a locked or dead PostgreSQL is an error within the limit", async () => {
  await using db = await testDatabase(migrated);
  const store = postgresOnlineStore(db.sql, { readLimitMs: 200 });
  const read = (from = store) => from.read("p", [view], ["u1"], { now: new Date(0) });
  await db.sql.begin(async (tx) => {
    await tx`lock table features.online in access exclusive mode`;
    const error = await assertRejects(() => read(), ServiceUnavailableError);
    assert(error.message.includes("within 200 ms"), error.message);
  });
  assertEquals((await read()).length, 1);
  const nobody = connect("postgres://u:secret@127.0.0.1:9/none");
  const dead = postgresOnlineStore(nobody);
  const error = await assertRejects(() => read(dead), ServiceUnavailableError);
  assert(!Deno.inspect(error).includes("secret"));
  await nobody.end({ timeout: 0 });
});
