import type { Sql } from "../connect.ts";
import type { Counted, Over } from "./over.ts";

/** Versions that are looked for at once; they go in batches. */
const MOST = 100_000;

/**
 * Versions that nobody sees and that no visible version was made from, also not by way of others: of an asset that
 * reads its own last version only that one. With them go their verdicts, but for the latest of each check.
 */
export function versionsOver(sql: Sql, before: Date): Over {
  // By hash: one pass over versions and their inputs, however many there are.
  const over = sql`
    with recursive used(version, asset) as (
      select m.version, m.asset from engine.visible v join engine.materialization m on m.version = v.version
      union
      select m.version, m.asset
      from used u join engine.materialization o on o.version = u.version,
        jsonb_array_elements(o.inputs) i join engine.materialization m on m.version = (i->>'version')::bigint
      where m.asset <> u.asset or exists (select 1 from engine.visible v where v.version = u.version)),
    o as (
      select m.* from engine.materialization m
      where m.at < ${before} and not exists (select 1 from used u where u.version = m.version)
        and not exists (select 1 from engine.step s where s.state = 'running' and s.version = m.version)
        -- The newest of a slice, though withheld, is what its page tells of.
        and exists (select 1 from engine.materialization n
          where n.asset = m.asset and n.partition = m.partition and n.version > m.version))`;
  let found: bigint[] | undefined;
  return {
    kind: "versions",
    batch: 2_000,
    count: () =>
      sql<Counted[]>`${over}
        select count(*)::float8 as rows, coalesce(sum(pg_column_size(o.*)), 0)::float8 as bytes,
          min(at) as oldest, max(at) as newest from o`,
    async remove(limit) {
      if (found === undefined || found.length === 0) {
        const rows = await sql<{ version: bigint }[]>`${over} select version from o limit ${MOST}`;
        found = rows.map((r) => r.version);
      }
      return await removeSome(sql, found.splice(0, limit));
    },
  };
}

async function removeSome(sql: Sql, versions: readonly bigint[]): Promise<number> {
  if (versions.length === 0) return 0;
  const some = versions.map(String);
  return await sql.begin(async (tx) => {
    await tx`
      delete from engine.check_result c where c.version = any(${some}::bigint[])
        and exists (select 1 from engine.check_result n
          where n.asset = c.asset and n.partition = c.partition and n.name = c.name and n.id > c.id)`;
    const { count } = await tx`
      delete from engine.materialization m where m.version = any(${some}::bigint[])
        and not exists (select 1 from engine.visible v where v.version = m.version)`;
    return count;
  });
}
