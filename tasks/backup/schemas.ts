/** Which schemas belong to the program, and which to others. @module */
import type { Sql } from "../../adapters/postgres/connect.ts";
import { POPULATION_TABLE } from "../../assets/demo/seed.ts";
import { sourceSchema } from "../../assets/source_schema.ts";
import { SCHEMAS } from "../database.ts";

const SOURCE = "aurora_life";

/** What a backup has, and what is beside it in the database, as words for people. */
export interface Schemas {
  readonly schemas: readonly string[];
  readonly left: readonly string[];
}

/**
 * Schemas of the program. Those of others are left, and so is `aurora_life` if its tables are not exactly those of our
 * migrations: then they belong to the application, which has a backup of its own.
 */
export async function schemasOf(sql: Sql): Promise<Schemas> {
  const found = await sql<{ schema: string; table: string; columns: string[] }[]>`
    select n.nspname as schema, c.relname as table, array(
      select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      order by 1) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
      and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    order by 1, 2`;
  const source = found.filter((t) =>
    t.schema === SOURCE && `${SOURCE}.${t.table}` !== POPULATION_TABLE
  );
  const isOurs =
    JSON.stringify(source.map((t) => [t.table, t.columns])) === JSON.stringify(expected);
  const schemas = SCHEMAS.filter((schema) => schema !== SOURCE || isOurs);
  const others = Map.groupBy(found, (t) => t.schema);
  const left = [...others].filter(([schema]) => !schemas.includes(schema));
  return { schemas, left: left.map(([schema, tables]) => `${schema} (${tables.length} tables)`) };
}

const expected = Object.entries(sourceSchema)
  .map(([table, columns]) => [table, Object.keys(columns).sort()] as const)
  .sort(([a], [b]) => a < b ? -1 : 1);
