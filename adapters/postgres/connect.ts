import { tracing } from "engine";
import postgres from "postgres";
import { explain } from "./explain.ts";
import { SILENT_MS, silentForGood } from "./silence.ts";
import { tracedSql } from "./traced.ts";

/** A pool of connections, `npm:postgres` with our types: int8 is `bigint`, timestamps are `Date`. */
export type Sql = postgres.Sql<{ bigint: bigint }>;

/** The same inside `sql.begin()`. */
export type Transaction = postgres.TransactionSql<{ bigint: bigint }>;

/** Either; what a function that only asks a question takes. */
export type Queries = postgres.ISql<{ bigint: bigint }>;

/** What {@link connect} may be told; all of it has a default. */
export type ConnectOptions = {
  /** Shown in `pg_stat_activity`; "aurora". */
  readonly name?: string;
  /** Connections at most; 10. They are opened when needed. */
  readonly max?: number;
  /** Seconds after which an idle connection is closed; never. */
  readonly idleSeconds?: number;
  /** Seconds to wait for a connection; 10. */
  readonly connectSeconds?: number;
  /** Milliseconds of silence after which it is looked whether an answer can still come; 10 s. */
  readonly silentMs?: number;
};

/**
 * A pool on `url`, which connects at the first query.
 *
 * Behind PgBouncer in transaction mode add `?prepare=false` to the URL. int8 and count(*) come as `bigint`.
 * A query may take as long as it likes while the server works on it; one whose answer cannot come any more, since
 * packets vanish or the server does not know of it, fails with `CONNECTION_SILENT`, see {@link silentForGood}.
 * For a limit see {@link withLimit}. Use {@link open} to fail early and in words.
 * If somebody records traces by now, statements are spans.
 *
 * @throws {TypeError} If `url` is none of PostgreSQL.
 */
export function connect(url: string, options: ConnectOptions = {}): Sql {
  mustBePostgres(url);
  const { name = "aurora", max = 10, idleSeconds, connectSeconds = 10, silentMs = SILENT_MS } =
    options;
  const sql: Sql = postgres(url, {
    max,
    connect_timeout: connectSeconds,
    max_lifetime: null,
    backoff: pauseSeconds,
    ...(idleSeconds === undefined ? {} : { idle_timeout: idleSeconds }),
    connection: { application_name: name },
    types: { bigint: postgres.BigInt },
    onnotice: () => {},
    onsilent: silentForGood(url, silentMs),
    silent_ms: silentMs,
  });
  const recorder = tracing();
  return recorder ? tracedSql(sql, recorder) : sql;
}

/**
 * Seconds before a connection is tried again that could not be opened, 1 at most: the driver's own grow to 20 and outlast
 * an outage, while a worker that cannot ask for 10 s is given up.
 */
const pauseSeconds = (failures: number): number =>
  (0.5 + Math.random() / 2) * Math.min(1, 2 ** failures / 100);

/**
 * {@link connect}, proven by a query.
 *
 * @throws {ConnectError} Says what is wrong with the address, never the password.
 */
export async function open(url: string, options: ConnectOptions = {}): Promise<Sql> {
  const sql = connect(url, options);
  try {
    await withLimit(sql`select 1`, 1000 * (options.connectSeconds ?? 10) + 1000, "connect");
    return sql;
  } catch (error) {
    await sql.end({ timeout: 0 });
    throw explain(error, url);
  }
}

/** A query or the like took longer than it may. */
export class LimitError extends Error {
  override readonly name = "LimitError";
  /** `what` continues "Cannot …". */
  constructor(readonly what: string, readonly ms: number) {
    super(`Cannot ${what}: no answer within ${ms} ms, the database or the way to it hangs`);
  }
}

/**
 * Gives `promise` at most `ms` milliseconds.
 *
 * The driver has no limit of its own, and `statement_timeout` cannot help when packets vanish. A query that
 * runs out of time is also cancelled on the server if that still answers; its connection stays busy until then.
 *
 * @throws {LimitError} If time is up.
 */
export async function withLimit<T>(promise: PromiseLike<T>, ms: number, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LimitError(what, ms)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } catch (error) {
    if (error instanceof LimitError) abandon(promise);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Asks the server to stop, expects nothing, and takes the late outcome so that nobody trips over it. */
function abandon(promise: PromiseLike<unknown>): void {
  const query = promise as { readonly cancel?: () => unknown };
  Promise.resolve(promise).catch(() => {});
  Promise.resolve(query.cancel?.()).catch(() => {});
}

function mustBePostgres(url: string): void {
  if (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)) return;
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0] ?? "no scheme";
  throw new TypeError(
    `Cannot read database address: "${scheme}" found, it must be like "postgres://user:password@host:5432/name"`,
  );
}
