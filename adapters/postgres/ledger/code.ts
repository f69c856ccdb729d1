import type { RunRecord } from "engine";
import type { Sql } from "../connect.ts";
import { jsonText } from "./json_text.ts";

/** Runs that no living worker can go on with, though one with later code is there. */
export async function outdated(
  sql: Sql,
  code: string,
): Promise<readonly Pick<RunRecord, "id" | "job" | "code">[]> {
  return await sql<Pick<RunRecord, "id" | "job" | "code">[]>`
    select r.id::text, r.job, r.code
    from engine.run r join engine.code old on old.version = r.code
    join engine.code new on new.version = ${code} and new.joined_at > old.joined_at
    where r.state in ('queued', 'running') and r.code <> ${code}
      and not exists (select 1 from engine.worker w where w.gone_at is null and w.code = r.code)
    order by r.id`;
}

/** Lets what is left of a run go on with other code. */
export async function recode(sql: Sql, run: string, from: string, to: string): Promise<boolean> {
  return await sql.begin(async (tx) => {
    const [changed] = await tx`
      update engine.run set code = ${to}, code_before = coalesce(code_before, code)
      where id = ${run}::bigint and code = ${from} and state in ('queued', 'running') returning 1`;
    if (changed === undefined) return false;
    await tx`update engine.step set code = ${to}, lane = engine.lane_of(queue, pools, ${to})
      where run = ${run}::bigint and state in ('waiting', 'queued', 'running')`;
    await tx`insert into engine.fact (kind, run, state, name, data)
      select 'run', id, 'recoded', job, ${jsonText({ from, to })}::text::jsonb
      from engine.run where id = ${run}::bigint`;
    await tx`select pg_notify('aurora', 'step'), pg_notify('aurora', 'fact')`;
    return true;
  });
}
