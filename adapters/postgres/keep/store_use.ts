/** Who uses a store of objects, and what in it may still be told of. @module */
import type { Sql } from "../connect.ts";

/**
 * A name of this database that no copy of it shares, unless it is one of the whole server: for marks in a store that several
 * databases might use.
 */
export async function databaseId(sql: Sql): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    select (select system_identifier from pg_control_system())::text || '-' ||
      (select oid from pg_database where datname = current_database())::text as id`;
  return row!.id;
}

/** Minutes that the clock of a store may differ from that of the database. */
const SKEW_MINUTES = 10;

/**
 * The instant before which an artefact was written by nobody who may still tell of it: `graceMs` ago, and before any step
 * began that runs.
 */
export async function toldOfBefore(sql: Sql, graceMs: number): Promise<Date> {
  const [row] = await sql<{ before: Date }[]>`
    select least(clock_timestamp() - ${graceMs}::float8 * interval '1 millisecond',
      (select min(started_at) - ${SKEW_MINUTES}::int * interval '1 minute' from engine.step where state = 'running'))
      as before`;
  return row!.before;
}
