import type { Sql } from "../connect.ts";

/**
 * Whether it is this server's turn to do something that one of all servers does every so often. The first who asks only
 * begins the time: it has a turn when that has passed.
 */
export async function takeTurn(
  sql: Sql,
  { cursor, everyMs }: { readonly cursor: string; readonly everyMs: number },
): Promise<boolean> {
  const [mine] = await sql`
    with first as (
      insert into engine.cursor (name, value, revision) values (${cursor}, 'null', 1) on conflict (name) do nothing)
    update engine.cursor set revision = revision + 1, at = clock_timestamp()
    where name = ${cursor} and at < clock_timestamp() - ${everyMs}::float8 * interval '1 millisecond'
    returning 1`;
  return mine !== undefined;
}
