import type { Sql } from "../connect.ts";

/** How rows of versions that nobody sees are removed. */
export interface SweepOptions {
  /** Views over versioned tables, `features.user_activity`; the rows are in `<view>_rows`. */
  readonly tables: readonly string[];
  /** Milliseconds that a superseded version is kept, for whoever still reads it and for going back. */
  readonly keepMs: number;
}

/** What was removed of a table. */
export interface Swept {
  /** The view. */
  readonly table: string;
  /** How many rows. */
  readonly rows: number;
}

/** Rows that one statement removes at most, so that it never holds locks for long. */
const BATCH = 20_000;

/**
 * Removes rows whose version is not visible: superseded ones, and those of attempts that failed or died. Versions that
 * were given out less than `keepMs` ago stay, so nothing that is being written is touched.
 *
 * @throws {RangeError} If a table is not like `schema.name`.
 */
export async function sweep(sql: Sql, o: SweepOptions): Promise<readonly Swept[]> {
  const [row] = await sql<{ before: bigint | null }[]>`
    select max(version) as before from engine.materialization
    where at < clock_timestamp() - ${o.keepMs}::float8 * interval '1 millisecond'`;
  const swept: Swept[] = [];
  for (const table of o.tables) {
    swept.push({ table, rows: row?.before == null ? 0 : await sweepTable(sql, table, row.before) });
  }
  return swept;
}

async function sweepTable(sql: Sql, table: string, before: bigint): Promise<number> {
  const found = /^([a-z_][a-z0-9_]*)\.([a-z_][a-z0-9_]*)$/.exec(table);
  if (!found) {
    throw new RangeError(`Cannot sweep "${table}": it is not like "features.user_activity"`);
  }
  const rows = sql(`${found[1]}.${found[2]}_rows`);
  let total = 0;
  for (;;) {
    const gone = await sql`
      delete from ${rows} where (tableoid, ctid) in (
        select r.tableoid, r.ctid from ${rows} r
        where r.version <= ${before}
          and not exists (select 1 from engine.visible v where v.version = r.version)
          and not exists (select 1 from engine.step s where s.state = 'running' and s.version = r.version)
        limit ${BATCH})`;
    total += gone.count;
    if (gone.count < BATCH) return total;
  }
}
