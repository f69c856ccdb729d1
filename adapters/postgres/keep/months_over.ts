import type { Sql } from "../connect.ts";
import { withShortLock } from "../short_lock.ts";
import { GENTLY, type MONTHLY } from "./months.ts";
import type { Gone } from "./gone.ts";

/** A partition that is over, or a table that was one and was not dropped since the process died in between. */
interface Month {
  readonly name: string;
  readonly isAttached: boolean;
}

/** Which months of a table are over, and who has not read them. */
export interface MonthsOptions {
  readonly table: typeof MONTHLY[number];
  readonly before: Date;
  /** Names of the cursors of those that read facts. */
  readonly readers: readonly string[];
  readonly dryRun: boolean;
  onWait?(sentence: string): void;
}

/** Drops the months that ended before an instant, each in a moment: what is written meanwhile waits 50 ms at most. */
export async function dropMonths(sql: Sql, o: MonthsOptions): Promise<Gone> {
  const told = { kind: o.table === "fact" ? "facts" : "logs", rows: 0, bytes: 0 };
  let gone: Gone = { ...told, oldest: null, newest: null, kept: null };
  for (const month of await monthsOver(sql, o)) {
    const held = o.table === "fact" ? await unreadBy(sql, month.name, o.readers) : null;
    if (held !== null) {
      gone = { ...gone, kept: `engine.${month.name} is kept: ${held} has not read all of it` };
      break;
    }
    gone = added(gone, await sizeOf(sql, month.name));
    if (!o.dryRun) await drop(sql, month, o);
  }
  return gone;
}

async function monthsOver(sql: Sql, { table, before }: MonthsOptions): Promise<readonly Month[]> {
  return await sql<Month[]>`
    select c.relname as name, c.relispartition as "isAttached" from pg_class c
    where c.relnamespace = 'engine'::regnamespace and c.relkind = 'r' and c.relname ~ ${`^${table}_\\d{4}_\\d{2}$`}
      and (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month') at time zone 'UTC' <= ${before}
    order by c.relname`;
}

/** Which reader has not passed the newest fact of a month; null if all have. */
async function unreadBy(
  sql: Sql,
  name: string,
  readers: readonly string[],
): Promise<string | null> {
  const [row] = await sql<{ name: string }[]>`
    select c.name from engine.cursor c
    where c.name = any(${[...readers]}::text[]) and jsonb_typeof(c.value) = 'string'
      and c.value #>> '{}' ~ '^\\d{19}$'
      and (c.value #>> '{}')::bigint < (select max(seq) from ${sql(`engine.${name}`)})
    order by c.name limit 1`;
  return row?.name ?? null;
}

async function sizeOf(sql: Sql, name: string) {
  const [row] = await sql<
    { rows: number; bytes: number; oldest: Date | null; newest: Date | null }[]
  >`
    select count(*)::float8 as rows, pg_total_relation_size(${`engine.${name}`}::regclass)::float8 as bytes,
      min(at) as oldest, max(at) as newest from ${sql(`engine.${name}`)}`;
  return row!;
}

function added(gone: Gone, more: Awaited<ReturnType<typeof sizeOf>>): Gone {
  return {
    ...gone,
    rows: gone.rows + more.rows,
    bytes: gone.bytes + more.bytes,
    oldest: gone.oldest ?? more.oldest,
    newest: more.newest ?? gone.newest,
  };
}

/**
 * In two steps: parting from the table takes a lock on it but no time, dropping takes time but no lock on it. Not
 * `detach … concurrently`, which PostgreSQL refuses while there is a default partition.
 */
async function drop(sql: Sql, { name, isAttached }: Month, o: MonthsOptions): Promise<void> {
  const waiting = {
    ...GENTLY,
    what: `drop engine.${name}`,
    ...(o.onWait ? { onWait: o.onWait } : {}),
  };
  if (isAttached) {
    await withShortLock(sql, waiting, async (tx) => {
      await tx`alter table ${tx(`engine.${o.table}`)} detach partition ${tx(`engine.${name}`)}`;
    });
  }
  await withShortLock(sql, waiting, async (tx) => {
    await tx`drop table if exists ${tx(`engine.${name}`)}`;
  });
}
