import type { Sql } from "../connect.ts";

/** Runs whose traceparent is kept in memory: steps of a run come close together. */
const KEPT = 200;

/** Reads what asked for a run, once for each run; the pool is asked for when it is needed. */
export function runParents(sql: () => Sql): (run: string) => Promise<string | undefined> {
  const known = new Map<string, Promise<string | undefined>>();
  return (run) => {
    const before = known.get(run);
    if (before) return before;
    const found = read(sql(), run);
    found.catch(() => known.delete(run));
    known.set(run, found);
    if (known.size > KEPT) known.delete(known.keys().next().value!);
    return found;
  };
}

async function read(sql: Sql, run: string): Promise<string | undefined> {
  const [row] = await sql<{ parent: string }[]>`
    select parent from engine.run_trace where run = ${run}::bigint`;
  return row?.parent;
}
