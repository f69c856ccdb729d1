/**
 * Where is measured: a PostgreSQL of its own in a temporary directory, with the durability that people get.
 *
 * @module
 */
import { join } from "@std/path";
import { connect, type Sql } from "../adapters/postgres/connect.ts";
import { startEmbedded } from "../adapters/postgres/embedded/start.ts";
import { migrateAll } from "../tasks/database.ts";
import { ending } from "./open.ts";

/** A temporary directory. */
export interface Folder extends AsyncDisposable {
  /** Where. */
  readonly path: string;
}

/** A temporary directory that is gone at the end. */
export async function folder(): Promise<Folder> {
  const path = await Deno.makeTempDir({ prefix: "aurora_bench_" });
  return { path, [Symbol.asyncDispose]: ending(() => Deno.remove(path, { recursive: true })) };
}

/** A database with all tables of the program. */
export interface Place extends AsyncDisposable {
  /** Superuser. */
  readonly url: string;
  /** A pool on it. */
  readonly sql: Sql;
}

/** A fresh, migrated database on an embedded server with fsync on. */
export async function place(): Promise<Place> {
  const home = await folder();
  const server = await startEmbedded({ directory: join(home.path, "aurora") }).catch(
    async (error) => {
      await home[Symbol.asyncDispose]();
      throw error;
    },
  );
  const sql = connect(server.url, { name: "bench", max: 4 });
  const end = ending(async () => {
    await sql.end({ timeout: 2 });
    await server.stop();
    await home[Symbol.asyncDispose]();
  });
  try {
    await migrateAll(sql);
  } catch (error) {
    await end();
    throw error;
  }
  return { url: server.url, sql, [Symbol.asyncDispose]: end };
}
