/**
 * Reads users and their events as of an instant, by `COPY` in binary form into typed columns.
 *
 * @module
 */
import { copyOut } from "../resources.ts";
import type { Queries, Sql } from "../sql.ts";
import { CopyBinaryParser, type Frame } from "../../ml/mod.ts";
import { categories } from "../catalogue.ts";
import { KIND } from "./history.ts";

/** What is read. */
export interface HistorySpan {
  /** Events that ended before it are left out. */
  readonly from: Date;
  /** The as-of instant T: only what was recorded before it and ended before it is read. */
  readonly to: Date;
  /** Only the users of this version of `predictions.active_user_rows`; all users without it. */
  readonly activeVersion?: bigint;
}

/** The two frames that {@linkcode historyOf} puts together. */
export interface HistoryFrames {
  /** `id` and `timezone`; the row number is what `user` of the events refers to. */
  readonly users: Frame;
  /** One row an event, sorted by user and by the instant it became known. */
  readonly events: Frame;
}

// COPY takes no parameters, so instants and numbers are written into the text. Both come out of
// typed values here (a Date, a bigint), never out of a string from outside.
const instant = (at: Date): string => `timestamptz '${at.toISOString()}'`;
const word = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function usersQuery(span: HistorySpan): string {
  const active = span.activeVersion === undefined ? "" : `
      and exists (
        select from predictions.active_user_rows a
        where a.version = ${BigInt(span.activeVersion)} and a.user_id = u.id
      )`;
  return `
    select u.id, coalesce(u.timezone, 'UTC') as timezone,
      (row_number() over (order by u.id) - 1)::int4 as index
    from aurora_life.users u
    where u.created_at < ${instant(span.to)}${active}`;
}

function eventsQuery(span: HistorySpan): string {
  const kinds = Object.entries(KIND).filter(([name]) => name !== "other")
    .map(([name, code]) => `when ${word(name)} then ${code}`).join(" ");
  const names = categories.map(word).join(", ");
  const rating = (column: string) =>
    `(case when e.${column} between 1 and 10 then e.${column} end)::float4`;
  return `
    select u.index,
      (case e.event_type ${kinds} else ${KIND.other} end)::int4,
      coalesce(array_position(array[${names}], e.category), 0)::int4,
      e.started_at, e.ended_at, greatest(e.ended_at, e.created_at) as known,
      ${rating("energy_level")}, ${rating("mood_level")}, ${rating("quality_level")}
    from aurora_life.life_events e
    join (${usersQuery(span)}) u on u.id = e.user_id
    where e.ended_at >= ${instant(span.from)} and e.ended_at < ${instant(span.to)}
      and e.created_at < ${instant(span.to)}
      and e.started_at < e.ended_at
    order by u.index, known, e.id`;
}

async function copy(
  sql: Queries,
  query: string,
  parser: CopyBinaryParser,
  signal: AbortSignal,
): Promise<Frame> {
  for await (const chunk of copyOut(sql, `copy (${query}) to stdout (format binary)`)) {
    signal.throwIfAborted();
    parser.push(chunk);
  }
  return parser.finish();
}

/**
 * Reads the history of a span, both frames from one snapshot of the database.
 *
 * Ratings outside 1–10 are read as missing, events that do not end after they began are left out.
 */
export async function extractHistory(
  sql: Sql,
  span: HistorySpan,
  signal: AbortSignal,
): Promise<HistoryFrames> {
  return await sql.begin("isolation level repeatable read read only", async (snapshot) => {
    const users = await copy(
      snapshot,
      `select id::text, timezone from (${usersQuery(span)}) u order by index`,
      new CopyBinaryParser({ id: "text", timezone: "text" }),
      signal,
    );
    const events = await copy(
      snapshot,
      eventsQuery(span),
      new CopyBinaryParser({
        user: "int4",
        kind: "int4",
        category: "int4",
        started: "timestamptz",
        ended: "timestamptz",
        known: "timestamptz",
        energy: "float4",
        mood: "float4",
        quality: "float4",
      }, 65_536),
      signal,
    );
    return { users, events };
  }) as HistoryFrames;
}
