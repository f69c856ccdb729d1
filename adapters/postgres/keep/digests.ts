/** Which artefacts the database refers to. @module */
import type { Sql, Transaction } from "../connect.ts";

interface Column {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
}

/**
 * All SHA-256 digests in columns of JSON, and in columns of text whose name ends in `digest` or `sha256`, in any table
 * but the lines of logs. One moment is seen: what moves from one table to another meanwhile is not missed. Reads all
 * of these columns.
 */
export function referencedDigests(sql: Sql): Promise<ReadonlySet<string>> {
  return sql.begin("isolation level repeatable read read only", digestsSeen);
}

/** As {@linkcode referencedDigests}, of the moment that a transaction sees. */
export async function digestsSeen(tx: Transaction): Promise<ReadonlySet<string>> {
  const columns = await tx<Column[]>`
    select n.nspname as schema, c.relname as table, a.attname as name
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'm', 'f') and a.attnum > 0 and not a.attisdropped
      and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_'
      and not (n.nspname = 'engine' and c.relname ~ '^log_')
      and (a.atttypid in ('json'::regtype, 'jsonb'::regtype)
        or a.atttypid in ('text'::regtype, 'varchar'::regtype) and a.attname ~ '(digest|sha256)$')`;
  const digests = new Set<string>();
  for (const { schema, table, name } of columns) {
    const rows = await tx<{ digest: string }[]>`
      select distinct m[1] as digest
      from ${tx(schema)}.${tx(table)} t,
        regexp_matches(t.${tx(name)}::text, '[0-9a-f]{64}', 'g') m
      where t.${tx(name)}::text ~ '[0-9a-f]{64}'`;
    for (const { digest } of rows) digests.add(digest);
  }
  return digests;
}
