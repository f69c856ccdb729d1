import type { Queries } from "../connect.ts";

/** A table with rows of its own, or the root of a partitioned one. */
export type Table = {
  /** Quoted as SQL wants it. */
  readonly name: string;
  /** Quoted columns that can be written: generated ones are left out. */
  readonly columns: readonly string[];
};

/** A partition that must exist before rows go in. */
export type Partition = {
  readonly name: string;
  readonly parent: string;
  readonly bound: string;
};

/** Where a sequence stands. */
export type Sequence = {
  readonly name: string;
  readonly last: string;
  readonly isCalled: boolean;
};

/** Tables of these schemas, those that others refer to first; without the list of migrations. */
export async function tables(sql: Queries, schemas: readonly string[]): Promise<readonly Table[]> {
  const found = await sql<Table[]>`
    select c.oid::regclass::text as name, array(
      select quote_ident(a.attname) from pg_attribute a where a.attrelid = c.oid
      and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any(${[...schemas]}) and c.relkind in ('r', 'p') and not c.relispartition
    and c.relpersistence <> 't' and (n.nspname, c.relname) <> ('engine', 'migration')
    order by n.nspname, c.relname`;
  const refers = await sql<{ child: string; parent: string }[]>`
    select conrelid::regclass::text as child, confrelid::regclass::text as parent
    from pg_constraint where contype = 'f' and conrelid <> confrelid`;
  return inOrder(found, refers);
}

/**
 * Parents before children; tables that refer to each other in a circle come as they are, and restore only
 * if their constraints are deferred.
 */
export function inOrder(
  found: readonly Table[],
  refers: readonly { readonly child: string; readonly parent: string }[],
): readonly Table[] {
  const byName = new Map(found.map((table) => [table.name, table]));
  const ordered = new Set<Table>();
  const visiting = new Set<string>();
  const visit = (name: string) => {
    const table = byName.get(name);
    if (table === undefined || visiting.has(name)) return;
    visiting.add(name);
    for (const { child, parent } of refers) if (child === name) visit(parent);
    ordered.add(table);
  };
  for (const { name } of found) visit(name);
  return [...ordered];
}

/** Partitions of these schemas, outer ones first. */
export async function partitions(
  sql: Queries,
  schemas: readonly string[],
): Promise<readonly Partition[]> {
  return await sql<Partition[]>`
    with recursive tree as (
      select i.inhrelid as oid, i.inhparent as parent, 1 as depth from pg_inherits i
      join pg_class p on p.oid = i.inhparent and p.relkind = 'p' and not p.relispartition
      union all
      select i.inhrelid, i.inhparent, t.depth + 1 from pg_inherits i join tree t on t.oid = i.inhparent)
    select c.oid::regclass::text as name, t.parent::regclass::text as parent,
      pg_get_expr(c.relpartbound, c.oid) || coalesce(' partition by ' || pg_get_partkeydef(c.oid), '')
      as bound
    from tree t join pg_class c on c.oid = t.oid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any(${[...schemas]}) and c.relkind in ('r', 'p') order by t.depth, 1`;
}

/** Sequences of these schemas, of identity columns too. */
export async function sequences(
  sql: Queries,
  schemas: readonly string[],
): Promise<readonly Sequence[]> {
  const found = await sql<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any(${[...schemas]}) and c.relkind = 'S' order by 1`;
  const states: Sequence[] = [];
  for (const { name } of found) {
    const [state] = await sql.unsafe<{ last: string; isCalled: boolean }[]>(
      `select last_value::text as last, is_called as "isCalled" from ${name}`,
    );
    if (state !== undefined) states.push({ name, ...state });
  }
  return states;
}

/** Pages in a slice: 4 MB, as a slice waits in memory until it is written. */
const SLICE = 512;

/** Conditions that cut a table, and each of its partitions, into pieces: `from only leaf where …`. */
export async function slices(sql: Queries, table: string): Promise<readonly string[]> {
  const leaves = await sql<{ name: string; pages: number }[]>`
    select c.oid::regclass::text as name,
      (pg_relation_size(c.oid) / current_setting('block_size')::int)::int as pages
    from pg_class c where c.relkind = 'r' and (c.oid = ${table}::text::regclass
      or c.oid in (select relid from pg_partition_tree(${table}::text::regclass))) order by 1`;
  return leaves.flatMap(({ name, pages }) => {
    const count = Math.max(1, Math.ceil(pages / SLICE));
    return Array.from({ length: count }, (_, at) => {
      const from = `ctid >= '(${at * SLICE},0)'`;
      const to = at === count - 1 ? "" : ` and ctid < '(${(at + 1) * SLICE},0)'`;
      return `from only ${name} where ${from}${to}`;
    });
  });
}
