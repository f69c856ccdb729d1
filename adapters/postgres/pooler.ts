import { connect, type Sql, withLimit } from "./connect.ts";
import { ConnectError, explain, withoutPassword } from "./explain.ts";

/**
 * What lies between a program and PostgreSQL: nothing, a pooler that lends a connection for as long as the program
 * keeps its own, or one that lends it for a transaction (or a statement) only.
 */
export type Pooling = "none" | "session" | "transaction";

const LIMIT_MS = 10_000;
/** A busy pooler lends another connection each time, an idle one the same to both: either shows in so many rounds. */
const ROUNDS = 4;

/** Which backend answers, and which one the session was told that it has. */
async function backend(sql: Sql): Promise<{ answers: number; told: number }> {
  // A simple query: a prepared one is what such a pooler may not carry.
  const asking = sql.unsafe<{ pid: number }[]>("select pg_backend_pid() as pid").simple();
  const rows = await withLimit(asking, LIMIT_MS, "ask for the process of PostgreSQL");
  return { answers: rows[0]!.pid, told: rows.state.pid };
}

/**
 * How `url` is pooled, by how it behaves: a pooler tells another process id than the one that answers, and one that
 * lends by the transaction lets two open connections be answered by the same process, or one by several.
 *
 * One query if there is no pooler; two connections and eight queries more otherwise.
 *
 * @throws {ConnectError} If the database cannot be reached, in words.
 */
export async function poolingOf(url: string): Promise<Pooling> {
  const options = { name: "aurora pooling", max: 1 } as const;
  const [a, b] = [connect(url, options), connect(url, options)];
  try {
    const { answers, told } = await backend(a);
    if (answers === told) return "none";
    const seen = [new Set([answers]), new Set<number>()];
    for (let round = 0; round < ROUNDS; round++) {
      seen[1]!.add((await backend(b)).answers);
      seen[0]!.add((await backend(a)).answers);
    }
    const isKept = seen.every((pids) => pids.size === 1) && seen[0]!.isDisjointFrom(seen[1]!);
    return isKept ? "session" : "transaction";
  } catch (error) {
    throw error instanceof ConnectError ? error : explain(error, url);
  } finally {
    await Promise.all([a.end({ timeout: 1 }), b.end({ timeout: 1 })]);
  }
}

/** How a program reaches its database. */
export interface Way {
  /** The address to use, also by processes that are started. */
  readonly url: string;
  /** The address of the server itself, for notifications and locks of a session. */
  readonly direct: string;
  readonly pooling: Pooling;
}

/**
 * Looks how `url` leads to the database, and completes it: behind a pooler that lends by the transaction statements are
 * not prepared, unless the address says `?prepare=true` (PgBouncer 1.21 and newer with `max_prepared_statements`).
 *
 * @throws {ConnectError} If `direct` is needed and not given, leads through such a pooler as well, or elsewhere.
 */
export async function wayTo(url: string, direct: string): Promise<Way> {
  const pooling = await poolingOf(url);
  if (direct !== "" && direct !== url) await mustBeDirect(url, direct);
  if (pooling !== "transaction") return { url, direct: direct || url, pooling };
  if (direct === "" || direct === url) throw new ConnectError(NEEDED(url), "POOLER", undefined);
  return { url: unprepared(url), direct, pooling };
}

const NEEDED = (url: string) =>
  `Cannot use DATABASE_URL "${withoutPassword(url)}" alone: it leads to a pooler that lends ` +
  `connections by the transaction, which loses notifications and the locks of workers; ` +
  `set DATABASE_DIRECT_URL to the PostgreSQL server behind it`;

/** The address with prepared statements off, unless it says something of them itself. */
export function unprepared(url: string): string {
  const parsed = new URL(url);
  if (parsed.searchParams.has("prepare")) return url;
  parsed.searchParams.set("prepare", "false");
  return parsed.href;
}

async function mustBeDirect(url: string, direct: string): Promise<void> {
  const fault = await poolingOf(direct) === "transaction"
    ? "it leads to a pooler that lends connections by the transaction as well"
    : await identity(url) === await identity(direct)
    ? undefined
    : `it leads to another database than DATABASE_URL "${withoutPassword(url)}"`;
  if (fault === undefined) return;
  throw new ConnectError(
    `Cannot use DATABASE_DIRECT_URL "${withoutPassword(direct)}": ${fault}; ` +
      `it must lead to the PostgreSQL server itself`,
    "POOLER",
    undefined,
  );
}

/** Tells a database of a running server from all others. */
async function identity(url: string): Promise<string> {
  const sql = connect(url, { name: "aurora pooling", max: 1 });
  const text = "select current_database() || ' ' || pg_postmaster_start_time() as id";
  try {
    const asking = sql.unsafe<{ id: string }[]>(text).simple();
    return (await withLimit(asking, LIMIT_MS, "ask which database it is"))[0]!.id;
  } catch (error) {
    throw explain(error, url);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
