/**
 * What assets borrow. The only file here that knows adapters: which one serves is chosen by the environment.
 *
 * @module
 */
import { artefacts, type Cache, type OnlineStore, type Resource, resource } from "engine";
import { openObjects } from "../adapters/objects/setting.ts";
import { connect } from "../adapters/postgres/connect.ts";
import { postgresCache } from "../adapters/postgres/online/cache.ts";
import { postgresOnlineStore } from "../adapters/postgres/online/online_store.ts";
import { redisCache } from "../adapters/redis/cache.ts";
import { redisFromEnv } from "../adapters/redis/from_env.ts";
import { redisOnlineStore } from "../adapters/redis/online_store.ts";
import type { ObjectStore } from "./inputs/frame_store.ts";
import { checkSourceSchema } from "./source_schema.ts";
import type { Sql } from "./sql.ts";

/** Reading and writing by COPY, with the server's refusals. */
export { copyIn, copyOut } from "../adapters/postgres/copy.ts";

/** A variable that the composition root always sets. */
function required(env: (name: string) => string, name: string, what: string): string {
  const value = env(name);
  if (value === "") throw new TypeError(`Cannot open ${what}: the environment has no ${name}`);
  return value;
}

/** Pools of stores that do not own theirs. */
const pools = new WeakMap<AsyncDisposable, Sql>();

/** A store on a pool of its own. */
function onPool<T extends AsyncDisposable>(
  env: (name: string) => string,
  what: string,
  make: (sql: Sql) => T,
): T {
  const sql = connect(required(env, "DATABASE_URL", what), { name: "aurora assets", max: 2 });
  const store = make(sql);
  pools.set(store, sql);
  return store;
}

async function close(store: AsyncDisposable): Promise<void> {
  await store[Symbol.asyncDispose]();
  await pools.get(store)?.end({ timeout: 2 });
}

/**
 * The database that holds the source tables, the outputs and the ledger. It opens only if the
 * source tables are as needed: what is missing is told once, not by each query in its own words.
 */
export const database: Resource<"database", Sql> = resource({
  name: "database",
  // A connection: what is read and written by it is decided by the statements of the assets.
  version: "1",
  async open(env) {
    const url = required(env, "DATABASE_URL", "the database");
    const sql = connect(url, { name: "aurora assets", max: 4 });
    try {
      await checkSourceSchema(sql);
      return sql;
    } catch (error) {
      await sql.end({ timeout: 2 });
      throw error;
    }
  },
  close: (sql) => sql.end({ timeout: 2 }),
});

/** Frames and models, by the digest of their content: in a folder, S3 or Google Cloud Storage, as `AURORA_OBJECTS` says. */
export const objects: Resource<"objects", ObjectStore> = resource({
  name: "objects",
  open: async (env) => artefacts(await openObjects(env)),
});

/** The newest features of each user: Redis in Feast's layout if `REDIS_URL` is set, else PostgreSQL. */
export const online: Resource<"online", OnlineStore> = resource({
  name: "online",
  open(env) {
    const redis = redisFromEnv(env);
    return redis ? redisOnlineStore(redis) : onPool(env, "the online store", postgresOnlineStore);
  },
  close: (store: OnlineStore) => close(store),
});

/** Models and predictions for serving: Redis if `REDIS_URL` is set, else PostgreSQL. */
export const cache: Resource<"cache", Cache> = resource({
  name: "cache",
  open(env) {
    const redis = redisFromEnv(env);
    return redis ? redisCache(redis) : onPool(env, "the cache", postgresCache);
  },
  close: (store: Cache) => close(store),
});
