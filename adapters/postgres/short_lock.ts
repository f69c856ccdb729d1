import type { Queries, Sql, Transaction } from "./connect.ts";

/** How long one waits for locks. */
export interface ShortLockOptions {
  /** What is done, to go on "Cannot …". */
  readonly what: string;
  /** Milliseconds that one try waits for a lock; whoever needs the same table waits behind it for so long. */
  readonly lockMs: number;
  /** Milliseconds after which it is given up. */
  readonly patienceMs: number;
  /** Is told, each time a lock was not to be had, who has it. */
  onWait?(sentence: string): void;
  /** Done first in each transaction, with no limit on its waiting. */
  before?(tx: Transaction): Promise<void>;
}

/** Others kept a lock for longer than one would wait. */
export class BlockedError extends Error {
  override readonly name = "BlockedError";
}

const NOT_AVAILABLE = "55P03";
/** Milliseconds between tries. */
const PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;

/**
 * Does `work` in a transaction that waits for each lock only briefly, again and again: a table that everybody needs is
 * never kept from them for longer than `lockMs`, though somebody keeps it from `work` for minutes.
 *
 * @throws {BlockedError} If the locks were not to be had in `patienceMs`; it says who has them.
 */
export async function withShortLock<T>(
  sql: Sql,
  o: ShortLockOptions,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const end = performance.now() + o.patienceMs;
  for (let pauseMs = PAUSE_MS;; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const tried = await once(sql, o, work);
    if ("done" in tried) return tried.done;
    const sentence = `Cannot ${o.what} yet: ${tried.blockers}`;
    if (performance.now() > end) {
      throw new BlockedError(
        `Cannot ${o.what}: no lock within ${
          Math.round(o.patienceMs / 1000)
        } s. ${tried.blockers}; end it, or try again later`,
        { cause: tried.error },
      );
    }
    o.onWait?.(sentence);
    // Not in step with others that try the same.
    await pause(pauseMs * (0.5 + Math.random()));
  }
}

type Tried<T> = { readonly done: T } | { readonly blockers: string; readonly error: unknown };

async function once<T>(
  sql: Sql,
  o: ShortLockOptions,
  work: (tx: Transaction) => Promise<T>,
): Promise<Tried<T>> {
  let blockers = "Something keeps a lock that is needed";
  let looking: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const done = await sql.begin(async (tx) => {
      await o.before?.(tx);
      const [row] = await tx<{ pid: number }[]>`
        select pg_backend_pid() as pid, set_config('lock_timeout', ${`${o.lockMs}ms`}, true)`;
      // While it waits: afterwards nobody blocks it any more.
      const look = async () => {
        const found = await blockersOf(sql, row!.pid).catch(() => "");
        if (found !== "") blockers = found;
      };
      timer = setInterval(
        () => looking ??= look().finally(() => looking = undefined),
        o.lockMs / 3,
      );
      return await work(tx);
    });
    return { done: done as T };
  } catch (error) {
    if (sqlStateOf(error) !== NOT_AVAILABLE) throw error;
    await looking;
    return { blockers, error };
  } finally {
    clearInterval(timer);
    await looking;
  }
}

const sqlStateOf = (error: unknown): unknown =>
  (error as { code?: unknown }).code ??
    ((error as { cause?: { code?: unknown } }).cause?.code);

/** Who keeps a backend waiting, in words; empty if nobody does. */
async function blockersOf(sql: Queries, pid: number): Promise<string> {
  const rows = await sql<
    { pid: number; name: string; state: string; seconds: number; query: string }[]
  >`
    select a.pid, coalesce(nullif(a.application_name, ''), a.usename::text, a.backend_type) as name,
      coalesce(a.state, 'working') as state,
      round(extract(epoch from clock_timestamp() - coalesce(a.xact_start, a.query_start)))::int as seconds,
      left(regexp_replace(a.query, '\\s+', ' ', 'g'), 80) as query
    from unnest(pg_blocking_pids(${pid})) b(pid) join pg_stat_activity a on a.pid = b.pid order by a.xact_start limit 3`;
  return rows.map((r) =>
    `"${r.name}" (process ${r.pid} of PostgreSQL) has a lock for ${r.seconds} s, ${r.state}, with: ${r.query}`
  ).join("; ");
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
