import { jsonText } from "./json_text.ts";
import type { LateResult, Outcome } from "engine";
import type { Sql } from "../connect.ts";

/**
 * Remembers outcomes that were refused because their attempt had been taken from the worker: of each attempt the first.
 * What was taken already and is offered again leaves no trace.
 */
export async function rememberLate(
  sql: Sql,
  refused: readonly Outcome[],
  worker: string,
): Promise<void> {
  const rows = refused.filter((o) => o.state !== "cancelled").map((o) => ({
    run: o.run,
    step: o.step,
    attempt: o.attempt,
    state: o.state,
    data_version: o.state === "success" ? o.result.dataVersion : null,
    error: o.state === "success" ? null : o.error,
  }));
  if (rows.length === 0) return;
  await sql`
    insert into engine.late_result (run, step, attempt, worker, state, data_version, error)
    select x.run, x.step, x.attempt, a.worker, x.state, x.data_version, nullif(x.error, 'null')
    from jsonb_to_recordset(${jsonText(rows)}::text::jsonb)
      as x(run bigint, step int, attempt int, state text, data_version text, error jsonb)
    join engine.attempt a on a.run = x.run and a.step = x.step and a.attempt = x.attempt
      and a.worker = ${worker}::bigint and a.state in ('lost', 'cancelled')
    on conflict do nothing`;
}

/** A late result with its place. */
export type LateRow = LateResult & { readonly step: number; readonly attempt: number };

/** Late results of a run. */
export const lateRows = (sql: Sql, run: string) =>
  sql<LateRow[]>`
    select step, attempt, at, worker::text, state, data_version as "dataVersion", error
    from engine.late_result where run = ${run}::bigint`;
