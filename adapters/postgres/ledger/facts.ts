import type { CheckState, EventRecord, Fact, LogQuery, LogRecord } from "engine";
import type { Sql } from "../connect.ts";

/** (xid, seq) as text of equal length, so that it compares like the pair. */
const seqOf = (xid: string, seq: string) => `${xid.padStart(20, "0")}.${seq.padStart(19, "0")}`;

function placeOf(after: string): readonly [xid: string, seq: string] {
  const found = /^(\d{20})\.(\d{19})$/.exec(after);
  if (!found) throw new SyntaxError(`Cannot read facts: "${after}" is no place in their order`);
  return [String(BigInt(found[1]!)), String(BigInt(found[2]!))];
}

type FactRow = Omit<Fact, "seq"> & { readonly xid: string; readonly no: string };

/**
 * Facts in commit order. Only those older than every open transaction are given: a later one cannot come before them,
 * so going on from (xid, seq) misses none.
 */
export async function facts(sql: Sql, after: string, limit: number): Promise<readonly Fact[]> {
  const [xid, seq] = after === "" ? ["0", "0"] : placeOf(after);
  const rows = await sql<FactRow[]>`
    select xid::text, seq::text as no, at, kind, name, partition, run::text, step, state, data
    from engine.fact f
    where (f.xid, f.seq) > (${xid}::text::xid8, ${seq}::bigint)
      and f.xid < pg_snapshot_xmin(pg_current_snapshot())
    order by f.xid, f.seq limit ${limit}`;
  return rows.map(({ xid, no, ...fact }) => ({ ...fact, seq: seqOf(xid, no) }));
}

/** The place of the newest fact; empty if there is none. */
export async function newestFact(sql: Sql): Promise<string> {
  const [row] = await sql<{ xid: string; no: string }[]>`
    select xid::text, seq::text as no from engine.fact f
    where f.xid < pg_snapshot_xmin(pg_current_snapshot()) order by f.xid desc, f.seq desc limit 1`;
  return row === undefined ? "" : seqOf(row.xid, row.no);
}

/** The latest verdict of each check. */
export async function checks(sql: Sql, asset?: string): Promise<readonly CheckState[]> {
  return await sql<CheckState[]>`
    select distinct on (asset, name) asset, partition, name as check, severity, blocking, passed, reason, metadata,
      run::text, at
    from engine.check_result where ${asset ?? null}::text is null or asset = ${asset ?? null}
    order by asset, name, id desc`;
}

/** Adds lines to logs and says of which runs. */
export async function writeLog(sql: Sql, lines: readonly LogRecord[]): Promise<void> {
  if (lines.length === 0) return;
  const rows = JSON.stringify(lines.map((l) => ({ ...l, at: l.at.toISOString() })));
  const runs = [...new Set(lines.map((l) => l.run))];
  await sql`
    with l as (
      insert into engine.log (at, run, step, attempt, level, message, fields)
      select at, run, step, attempt, level, message, nullif(fields, 'null')
      from jsonb_to_recordset(${rows}::text::jsonb)
        as x(at timestamptz, run bigint, step int, attempt int, level text, message text, fields jsonb))
    select pg_notify('aurora', 'log:' || r) from unnest(${runs}::text[]) as r`;
}

/** Reads a log, oldest first. */
export async function readLog(
  sql: Sql,
  q: LogQuery,
): Promise<readonly (LogRecord & { readonly id: string })[]> {
  const { step = null, after = null } = q;
  const rows = await sql<(LogRecord & { id: string })[]>`
    select id::text, at, run::text, step, attempt, level, message, fields from engine.log l
    where run = ${q.run}::bigint and (${step}::int is null or step = ${step})
      and (${after}::bigint is null or id > ${after}::bigint)
    order by case when ${after === null} then -l.id else l.id end limit ${q.limit}`;
  return after === null ? rows.reverse() : rows;
}

/** Events of the outbox, newest first. */
export async function events(
  sql: Sql,
  q: { readonly topic?: string | undefined; readonly limit: number },
): Promise<readonly EventRecord[]> {
  return await sql<EventRecord[]>`
    select id::text, topic, key, event_id::text as "eventId", schema_version as "schemaVersion", run, payload,
      created_at as "createdAt", sent_at as "sentAt"
    from engine.outbox o where ${q.topic ?? null}::text is null or topic = ${q.topic ?? null}
    order by o.id desc limit ${q.limit}`;
}

/** How many events each topic has. */
export async function topics(
  sql: Sql,
): Promise<readonly { readonly topic: string; readonly count: number; readonly unsent: number }[]> {
  return await sql<{ topic: string; count: number; unsent: number }[]>`
    select topic, count(*)::int as count, count(*) filter (where sent_at is null)::int as unsent
    from engine.outbox group by topic order by topic`;
}
