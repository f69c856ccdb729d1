/** A cache in PostgreSQL, where there is no Redis. @module */
import { type Cache, checkTtl, ServiceUnavailableError } from "engine";
import { type Sql, withLimit } from "../connect.ts";

/** How a cache in PostgreSQL works. */
export interface PostgresCacheOptions {
  /** Put before every key; "aurora:" unless told. */
  readonly prefix?: string;
  /** Limit of one call, in milliseconds; 5000 unless told. */
  readonly limitMs?: number;
}

/** A cache on the table of `migrateOnline`; `sql` stays the caller's to end. */
export function postgresCache(sql: Sql, options: PostgresCacheOptions = {}): Cache {
  const { prefix = "aurora:", limitMs = 5000 } = options;
  const full = (keys: readonly string[]) => keys.map((key) => prefix + key);
  const within = async <T>(query: PromiseLike<T>, doing: string): Promise<T> => {
    try {
      return await withLimit(query, limitMs, doing);
    } catch (error) {
      throw new ServiceUnavailableError("PostgreSQL", doing, error);
    }
  };
  return {
    name: "postgres",
    async put(entries, { ttlMs }) {
      checkTtl(ttlMs);
      // The last of equal keys wins, and all writers take keys in one order: no deadlock.
      const last = new Map(entries.map(({ key, value }) => [key, value]));
      const keys = [...last.keys()].sort();
      if (keys.length === 0) return;
      const values = keys.map((key) => last.get(key)?.toBase64() ?? "");
      await within(upsert(sql, full(keys), values, ttlMs), "write to the cache");
      await within(sweep(sql), "sweep the cache");
    },
    async get(keys) {
      const rows = await within(
        sql<{ key: string; value: Uint8Array }[]>`
          select key, value from engine.cache
          where key = any(${full(keys)}::text[]) and expires_at > clock_timestamp()`,
        "read from the cache",
      );
      const found = new Map(rows.map(({ key, value }) => [key, new Uint8Array(value)]));
      return full(keys).map((key) => found.get(key));
    },
    async delete(keys) {
      const query = sql`delete from engine.cache where key = any(${full(keys)}::text[])`;
      await within(query, "delete from the cache");
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function upsert(sql: Sql, keys: readonly string[], base64: readonly string[], ttlMs: number) {
  return sql`
    insert into engine.cache (key, value, expires_at)
    select key, decode(value, 'base64'),
      clock_timestamp() + ${ttlMs}::float8 * interval '1 millisecond'
    from unnest(${[...keys]}::text[], ${[...base64]}::text[]) as e (key, value)
    on conflict (key) do update set value = excluded.value, expires_at = excluded.expires_at`;
}

/** Every write takes out some of what is over, so the table needs no job of its own. */
function sweep(sql: Sql) {
  return sql`
    delete from engine.cache where key in (
      select key from engine.cache where expires_at < clock_timestamp()
      order by expires_at limit 1000 for update skip locked)`;
}
