/** A real PostgreSQL 18 for tests: one server, a database of its own for every test. @module */
import { connect, type Sql } from "../../adapters/postgres/connect.ts";
import { startEmbedded } from "../../adapters/postgres/embedded/start.ts";
import { fromFileUrl } from "@std/path";

/** A database that exists as long as its test. */
export type TestDatabase = AsyncDisposable & {
  /** Superuser; usable by other processes as well. */
  readonly url: string;
  readonly sql: Sql;
};

/** How a database is filled before the test sees it. */
export type Template = {
  /** Changes whenever what `prepare` does changes; the texts of the migrations, for instance. */
  readonly template: string;
  /** Fills the template; runs once, every further database is a copy of the outcome. */
  readonly prepare: (sql: Sql) => Promise<void>;
};

/** Data, log and binaries of the shared server. */
export const DIRECTORY = fromFileUrl(new URL("../../.cache/test-postgres", import.meta.url));

/** Nothing in it needs to survive a power failure. */
const SETTINGS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: "300",
  autovacuum: "off",
};

let known: Promise<string> | undefined;

/** Superuser address of the shared server; starts it if need be. AURORA_TEST_POSTGRES_URL replaces it. */
export function testServer(): Promise<string> {
  const given = Deno.env.get("AURORA_TEST_POSTGRES_URL");
  if (given !== undefined && given !== "") return Promise.resolve(given);
  return known ??= start();
}

async function start(): Promise<string> {
  const server = await startEmbedded({ directory: DIRECTORY, settings: SETTINGS });
  server.leave(); // stays for other test processes and for the next run
  await using admin = administrator(server.url);
  await sweep(admin.sql);
  return server.url;
}

/** Ends the shared server; for whoever started all test processes and saw them end. */
export async function stopTestServer(): Promise<void> {
  known = undefined;
  if (Deno.env.get("AURORA_TEST_POSTGRES_URL")) return;
  const server = await startEmbedded({ directory: DIRECTORY, settings: SETTINGS });
  await server.stop();
}

/**
 * A new database: empty, or a copy of a template.
 *
 * @example
 * ```ts ignore
 * await using db = await testDatabase();
 * await db.sql`select 1`;
 * ```
 */
export async function testDatabase(from?: Template): Promise<TestDatabase> {
  const server = await testServer();
  await using admin = administrator(server);
  const template = from === undefined ? "template1" : await prepared(server, admin.sql, from);
  const name = `test_${Date.now()}_${crypto.randomUUID().slice(0, 8)}`;
  await admin.sql`create database ${admin.sql(name)} template ${admin.sql(template)}`;
  const url = withName(server, name);
  const sql = connect(url, { name: "test", max: 10 });
  return {
    url,
    sql,
    [Symbol.asyncDispose]: async () => {
      await sql.end({ timeout: 5 });
      await using admin = administrator(server);
      await admin.sql`drop database if exists ${admin.sql(name)} with (force)`;
    },
  };
}

/** The name of the filled template; made by the first who asks, others wait. */
async function prepared(server: string, admin: Sql, from: Template): Promise<string> {
  const name = `template_${await digest(from.template)}`;
  const raw = `${name}_new`;
  await using lock = await admin.reserve().then((sql) => ({
    sql,
    [Symbol.asyncDispose]: () => Promise.resolve(sql.release()),
  }));
  await lock.sql`select pg_advisory_lock(hashtext(${name}))`;
  const [found] = await lock.sql`select 1 from pg_database where datname = ${name}`;
  if (found === undefined) {
    await lock.sql`drop database if exists ${lock.sql(raw)} with (force)`;
    await lock.sql`create database ${lock.sql(raw)} template template1`;
    await fill(withName(server, raw), from);
    await lock.sql`alter database ${lock.sql(raw)} rename to ${lock.sql(name)}`;
  }
  await lock.sql`select pg_advisory_unlock(hashtext(${name}))`;
  return name;
}

async function fill(url: string, from: Template): Promise<void> {
  const sql = connect(url, { name: "template" });
  try {
    await from.prepare(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Drops what tests that were killed more than an hour ago left behind. */
async function sweep(admin: Sql): Promise<void> {
  const rows = await admin<{ datname: string }[]>`
    select datname from pg_database d where starts_with(datname, 'test_')
    and not exists (select from pg_stat_activity a where a.datname = d.datname)`;
  for (const { datname } of rows) {
    const made = Number(datname.split("_")[1]);
    if (made > Date.now() - 3_600_000) continue;
    await admin`drop database if exists ${admin(datname)} with (force)`;
  }
}

function administrator(server: string): AsyncDisposable & { readonly sql: Sql } {
  const sql = connect(server, { name: "test administrator", max: 2 });
  return { sql, [Symbol.asyncDispose]: () => sql.end({ timeout: 5 }) };
}

function withName(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes).subarray(0, 10)].map((b) => b.toString(16).padStart(2, "0"))
    .join("");
}
