/** Assets that touch a database, a Redis and a topic; run as a program it is the process of isolated steps. @module */
import { asset, define, type Definitions, lender, resource } from "engine";
import { connect, type Sql } from "../../../adapters/postgres/connect.ts";
import { serveProcess } from "../../../adapters/process/serve_process.ts";
import { redisCache } from "../../../adapters/redis/cache.ts";
import { recordTraces } from "../../../traces.ts";

/** What must be in no span. */
export const SECRET_VALUE = "kept-out-of-traces";

const database = resource({
  name: "database",
  open: (env) => connect(env("DATABASE_URL"), { name: "traced", max: 1 }),
  close: (sql: Sql) => sql.end({ timeout: 2 }),
});

const cache = resource({
  name: "cache",
  open: (env) => redisCache(env("REDIS_URL"), { prefix: env("PREFIX") }),
});

/** The project. */
export const project: Definitions = define({
  touching: asset({
    name: "touching",
    resources: { database, cache },
    async materialize(_: unknown, { resources, emit }) {
      const sql = resources.database;
      const rows = await sql`select asset from engine.visible where asset = ${SECRET_VALUE}`;
      await sql.begin(async (tx) => {
        await tx`create temporary table scratch (word text) on commit drop`;
        await tx.unsafe(`insert into scratch values ('${SECRET_VALUE}')`);
      });
      for await (const _ of sql`select 1 from generate_series(1, 5)`.cursor(2));
      await sql`select ${SECRET_VALUE}::int`.catch(() => {});
      const value = new TextEncoder().encode(SECRET_VALUE);
      await resources.cache.put([{ key: SECRET_VALUE, value }], { ttlMs: 60_000 });
      await resources.cache.get([SECRET_VALUE]);
      emit({ topic: Deno.env.get("TOPIC")!, key: "k", payload: { place: rows.length } });
      return null;
    },
  }),
  apart: asset({
    name: "apart",
    timeout: "1m",
    resources: { database },
    async materialize(_: unknown, { resources }) {
      await resources.database`select count(*) from engine.run`;
      return null;
    },
  }),
});

if (import.meta.main) {
  await serveProcess(async () => {
    const env = (name: string) => Deno.env.get(name) ?? "";
    await recordTraces(env);
    return { definitions: project, lender: lender(env) };
  });
}
