import { jsonText } from "./json_text.ts";
import type {
  CheckState,
  EventQuery,
  EventRecord,
  Fact,
  LogQuery,
  LogRecord,
  TickQuery,
  TopicCount,
} from "engine";
import type { Sql } from "../connect.ts";

/** A sequence as text of equal length, so that it compares like the number. */
const seqOf = (seq: bigint) => String(seq).padStart(19, "0");

function numberOf(after: string): string {
  if (after === "") return "0";
  if (/^\d{19}$/.test(after)) return String(BigInt(after));
  throw new SyntaxError(`Cannot read facts: "${after}" is no place in their order`);
}

type FactRow = Omit<Fact, "seq"> & { readonly seq: bigint };

/** Facts in commit order, which is the order of their numbers. */
export async function facts(sql: Sql, after: string, limit: number): Promise<readonly Fact[]> {
  const rows = await sql<FactRow[]>`
    select seq, at, kind, name, partition, run::text, step, state, data from engine.fact f
    where f.seq > ${numberOf(after)}::bigint order by f.seq limit ${limit}`;
  return rows.map((fact) => ({ ...fact, seq: seqOf(fact.seq) }));
}

/** Ticks of one name, newest first. */
export async function ticks(
  sql: Sql,
  name: string,
  { before, limit }: TickQuery,
): Promise<readonly Fact[]> {
  const older = before === undefined ? sql`` : sql`and f.seq < ${numberOf(before)}::bigint`;
  const rows = await sql<FactRow[]>`
    select seq, at, kind, name, partition, run::text, step, state, data from engine.fact f
    where f.kind = 'tick' and f.name = ${name} ${older} order by f.seq desc limit ${limit}`;
  return rows.map((fact) => ({ ...fact, seq: seqOf(fact.seq) }));
}

/** The place of the newest fact; empty if there is none. */
export async function newestFact(sql: Sql): Promise<string> {
  const [row] = await sql<{ seq: bigint | null }[]>`select max(seq) as seq from engine.fact`;
  return row?.seq === null || row === undefined ? "" : seqOf(row.seq);
}

/** The latest verdict of each check of each slice. */
export async function checks(sql: Sql, asset?: string): Promise<readonly CheckState[]> {
  return await sql<CheckState[]>`
    select distinct on (asset, partition, name) asset, partition, name as check, severity, blocking, passed, reason, metadata,
      run::text, at
    from engine.check_result where ${asset ?? null}::text is null or asset = ${asset ?? null}
    order by asset, partition, name, id desc`;
}

/** Adds lines to logs and says of which runs. */
export async function writeLog(sql: Sql, lines: readonly LogRecord[]): Promise<void> {
  if (lines.length === 0) return;
  const rows = jsonText(lines.map((l) => ({ ...l, at: l.at.toISOString() })));
  await sql`select engine.write_log(${rows}::text::jsonb)`;
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
  q: EventQuery,
): Promise<readonly EventRecord[]> {
  return await sql<EventRecord[]>`
    select id::text, topic, key, event_id::text as "eventId", schema_version as "schemaVersion", run, payload,
      created_at as "createdAt", sent_at as "sentAt",
      refused_at as "refusedAt", refused_reason as "refusedReason"
    from engine.outbox o where (${q.topic ?? null}::text is null or topic = ${q.topic ?? null})
      ${q.refused ? sql`and sent_at is null and refused_at is not null` : sql``}
    order by o.id desc limit ${q.limit}`;
}

/** How many events each topic has. */
export async function topics(
  sql: Sql,
): Promise<readonly TopicCount[]> {
  return await sql<TopicCount[]>`
    select topic, count(*)::int as count,
      count(*) filter (where sent_at is null and refused_at is null)::int as unsent,
      count(refused_at)::int as refused
    from engine.outbox group by topic order by topic`;
}

/** Lets the relay try refused events again; the reason stays as evidence of why their order is lost. Gives how many there were. */
export async function sendAgain(sql: Sql, ids: readonly string[] | undefined): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    with again as (
      update engine.outbox set refused_at = null
      where sent_at is null and refused_at is not null
        and (${ids === undefined} or id = any(${[...ids ?? []]}::bigint[]))
      returning 1)
    select count(*)::int as count, case when count(*) > 0 then pg_notify('aurora', 'outbox') end
    from again`;
  return row!.count;
}
