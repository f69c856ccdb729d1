import { jsonText } from "./json_text.ts";
import { type Advance, type AlertRecord, type CursorRecord, type Submitted, tracing } from "engine";
import type { Sql, Transaction } from "../connect.ts";
import { insertRun } from "./submit.ts";

/** All cursors whose name begins so. */
export async function cursors(sql: Sql, prefix: string): Promise<readonly CursorRecord[]> {
  return await sql<CursorRecord[]>`
    select name, value, revision, at, result, outcome, run::text from engine.cursor
    where starts_with(name, ${prefix}) order by name`;
}

/** Moves a cursor and submits its runs, or nothing if somebody else moved it first. */
export async function advance(sql: Sql, a: Advance): Promise<readonly Submitted[] | undefined> {
  const recorder = tracing();
  if (!recorder || a.submissions.length === 0) return await moved(sql, a);
  return await recorder.span(`tick ${a.name}`, () => moved(sql, a));
}

async function moved(sql: Sql, a: Advance): Promise<readonly Submitted[] | undefined> {
  return await sql.begin(async (tx) => {
    if (!await move(tx, a)) return undefined;
    const submitted: Submitted[] = [];
    for (const s of a.submissions) submitted.push(await insertRun(tx, s));
    const last = submitted.findLast((s) => s.created)?.run;
    if (last !== undefined) {
      await tx`update engine.cursor set run = ${last}::bigint where name = ${a.name}`;
    }
    if (a.outcome !== "skipped") {
      await tx`insert into engine.fact (kind, name, run, state, data)
        values ('tick', ${a.name}, ${last ?? null}::bigint, ${a.outcome},
          ${jsonText({ ...a.data, result: a.result })}::text::jsonb)`;
      await tx`select pg_notify('aurora', 'fact')`;
    }
    return submitted;
  });
}

/** Compare-and-set on the revision. */
async function move(tx: Transaction, a: Advance): Promise<boolean> {
  const value = jsonText(a.value);
  const rows = a.revision === 0
    ? await tx`
      insert into engine.cursor (name, value, revision, result, outcome)
      values (${a.name}, ${value}::text::jsonb, 1, ${a.result}, ${a.outcome})
      on conflict (name) do nothing returning 1`
    : await tx`
      update engine.cursor set value = ${value}::text::jsonb, revision = revision + 1, at = clock_timestamp(),
        result = ${a.result}, outcome = ${a.outcome}
      where name = ${a.name} and revision = ${a.revision} returning 1`;
  return rows.length === 1;
}

/** What an alert is read by. */
export const alertColumns = (sql: Sql | Transaction) =>
  sql`id::text, episode, kind, severity, asset, run::text, title, message, opened_at as "openedAt",
    resolved_at as "resolvedAt", open_sent as "openSent", resolved_sent as "resolvedSent",
    acknowledged_at as "acknowledgedAt", acknowledged_by as "acknowledgedBy", note`;

/** Opens an episode unless one of that name is open. */
export async function openAlert(
  sql: Sql,
  a: Pick<AlertRecord, "episode" | "kind" | "severity" | "asset" | "run" | "title" | "message">,
): Promise<AlertRecord | undefined> {
  const [row] = await sql<AlertRecord[]>`
    with o as (
      insert into engine.alert (episode, kind, severity, asset, run, title, message)
      values (${a.episode}, ${a.kind}, ${a.severity}, ${a.asset}, ${a.run}::bigint, ${a.title}, ${a.message})
      on conflict (episode) where resolved_at is null do nothing
      returning *),
    f as (insert into engine.fact (kind, name, run, state) select 'alert', coalesce(asset, episode), run, 'open' from o returning 1),
    n as (select pg_notify('aurora', 'fact') from f)
    select ${alertColumns(sql)}, (select count(*) from n) as told from o`;
  return row && strip(row);
}

/** Ends an open episode. */
export async function resolveAlert(sql: Sql, episode: string): Promise<AlertRecord | undefined> {
  const [row] = await sql<AlertRecord[]>`
    with o as (
      update engine.alert set resolved_at = clock_timestamp()
      where episode = ${episode} and resolved_at is null returning *),
    f as (insert into engine.fact (kind, name, run, state) select 'alert', coalesce(asset, episode), run, 'resolved' from o returning 1),
    n as (select pg_notify('aurora', 'fact') from f)
    select ${alertColumns(sql)}, (select count(*) from n) as told from o`;
  return row && strip(row);
}

/** Without what the statement added. */
export function strip(row: AlertRecord & { told?: unknown }): AlertRecord {
  const { told: _, ...alert } = row;
  return alert;
}

/** Remembers that a channel was told. */
export async function told(
  sql: Sql,
  id: string,
  of: "open" | "resolved",
  channel: string,
): Promise<void> {
  await sql`
    with a as (
      update engine.alert set
        open_sent = case when ${of} = 'open' and not ${channel} = any(open_sent)
          then array_append(open_sent, ${channel}) else open_sent end,
        resolved_sent = case when ${of} = 'resolved' and not ${channel} = any(resolved_sent)
          then array_append(resolved_sent, ${channel}) else resolved_sent end
      where id = ${id}::bigint returning id)
    insert into engine.alert_delivery as d (alert, phase, channel, sends, sent_at)
    select id, ${of}, ${channel}, 1, clock_timestamp() from a
    on conflict (alert, phase, channel) do update
      set sends = d.sends + 1, sent_at = excluded.sent_at, failures = 0, error = null, next_at = null`;
}

/** Episodes: open ones first, then newest first. */
export async function alerts(sql: Sql, limit: number): Promise<readonly AlertRecord[]> {
  return await sql<AlertRecord[]>`
    select ${alertColumns(sql)} from engine.alert
    order by resolved_at is null desc, engine.alert.id desc limit ${limit}`;
}
