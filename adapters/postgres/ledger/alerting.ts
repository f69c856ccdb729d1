import type { AlertRecord, DeliveryRecord, SilenceRecord, Silencing } from "engine";
import type { Sql } from "../connect.ts";
import { jsonText } from "./json_text.ts";
import { alertColumns, strip } from "./standing.ts";

/** Deliveries of episodes that are open or ended within the last day. */
export async function deliveries(sql: Sql): Promise<readonly DeliveryRecord[]> {
  return await sql<DeliveryRecord[]>`
    select d.alert::text, d.phase, d.channel, d.sends, d.sent_at as "sentAt", d.failures, d.error,
      d.next_at as "nextAt"
    from engine.alert_delivery d join engine.alert a on a.id = d.alert
    where a.resolved_at is null or a.resolved_at > clock_timestamp() - interval '1 day'
    order by d.alert, d.channel, d.phase`;
}

/** Remembers that a channel could not be told. */
export async function untold(
  sql: Sql,
  { alert, phase, channel }: Pick<DeliveryRecord, "alert" | "phase" | "channel">,
  { error, nextAt }: { readonly error: string; readonly nextAt: Date },
): Promise<void> {
  await sql`
    insert into engine.alert_delivery as d (alert, phase, channel, failures, error, next_at)
    select id, ${phase}, ${channel}, 1, ${error}, ${nextAt} from engine.alert where id = ${alert}::bigint
    on conflict (alert, phase, channel) do update
      set failures = d.failures + 1, error = excluded.error, next_at = excluded.next_at`;
}

/** Remembers who looks after an open episode; the first one stays. */
export async function acknowledge(
  sql: Sql,
  id: string,
  { by, note }: { readonly by: string; readonly note: string },
): Promise<AlertRecord | undefined> {
  return await sql.begin(async (tx) => {
    const data = jsonText({ alert: id, by, note });
    await tx`
      with o as (
        update engine.alert set acknowledged_at = clock_timestamp(), acknowledged_by = ${by}, note = ${note}
        where id = ${id}::bigint and resolved_at is null and acknowledged_at is null returning *),
      f as (insert into engine.fact (kind, name, run, state, data)
        select 'alert', coalesce(asset, episode), run, 'acknowledged',
          ${data}::text::jsonb || jsonb_build_object('episode', episode) from o returning 1)
      select pg_notify('aurora', 'fact') from f`;
    const [row] = await tx<AlertRecord[]>`
      select ${
      alertColumns(tx)
    } from engine.alert where id = ${id}::bigint and resolved_at is null`;
    return row && strip(row);
  });
}

const silenceColumns = (sql: Sql) =>
  sql`id::text, matcher, reason, by, at, until, ended_by as "endedBy"`;

/** Remembers a silence. */
export async function silence(
  sql: Sql,
  { matcher, reason, by, until }: Silencing,
): Promise<SilenceRecord> {
  const text = jsonText(matcher);
  const data = jsonText({ by, reason, matcher });
  const [row] = await sql<(SilenceRecord & { told?: unknown })[]>`
    with o as (insert into engine.silence (matcher, reason, by, until)
      values (${text}::text::jsonb, ${reason}, ${by}, ${until}) returning *),
    f as (insert into engine.fact (kind, name, state, data)
      select 'alert', 'silence:' || id, 'silenced', ${data}::text::jsonb from o returning 1),
    n as (select pg_notify('aurora', 'fact') from f)
    select ${silenceColumns(sql)}, (select count(*) from n) as told from o`;
  const { told: _, ...made } = row!;
  return made;
}

/** Ends a silence now. */
export async function unsilence(sql: Sql, id: string, by: string): Promise<boolean> {
  const rows = await sql`
    with o as (update engine.silence set until = clock_timestamp(), ended_by = ${by}
      where id = ${id}::bigint and until > clock_timestamp() returning id),
    f as (insert into engine.fact (kind, name, state, data)
      select 'alert', 'silence:' || id, 'unsilenced', ${
    jsonText({ by })
  }::text::jsonb from o returning 1)
    select pg_notify('aurora', 'fact') from f`;
  return rows.length === 1;
}

/** Silences that go on or ended within the last day, newest first. */
export async function silences(sql: Sql): Promise<readonly SilenceRecord[]> {
  return await sql<SilenceRecord[]>`
    select ${silenceColumns(sql)} from engine.silence
    where until > clock_timestamp() - interval '1 day' order by engine.silence.id desc`;
}
