/**
 * Writing one snapshot of a feature view.
 *
 * @module
 */
import type { FeatureView, HourKey, Metadata, TableSlice } from "engine";
import { sixHourly } from "../partitions.ts";
import type { Fragment, Sql, Transaction } from "../sql.ts";

const DAY = 86_400_000;

/** The as-of instant and the starts of the windows that end there. */
export interface Windows {
  /** T, exclusive: what ended or was recorded at T or later is not known. */
  readonly at: Date;
  /** T − 1 d */
  readonly day: Date;
  /** T − 7 d */
  readonly week: Date;
  /** T − 28 d */
  readonly fourWeeks: Date;
  /** T − 30 d */
  readonly month: Date;
}

/**
 * Days are 24 hours here, whatever clocks do in between; intervals in SQL would follow the
 * session's zone.
 */
export function windowsAt(at: Date): Windows {
  const back = (days: number) => new Date(at.getTime() - days * DAY);
  return { at, day: back(1), week: back(7), fourWeeks: back(28), month: back(30) };
}

/** Rows `(user_id, …columns)`, one for each user who has a snapshot. */
export type Snapshot = Fragment;

/**
 * The events that features are made from: of the last 30 days, known at T, with an end after their
 * start, sleeps of at most `maxSleepHours`. Columns `user_id, event_type, category, started_at,
 * ended_at, metadata`.
 */
export function knownEvents(sql: Transaction, w: Windows, maxSleepHours: number): Snapshot {
  return sql`
    select user_id, event_type, category, started_at, ended_at, metadata
    from aurora_life.life_events
    where ended_at >= ${w.month} and ended_at < ${w.at} and created_at < ${w.at}
      and user_id is not null and started_at < ended_at
      and (event_type is distinct from 'sleep'
        or ended_at - started_at <= make_interval(hours => ${maxSleepHours}))`;
}

/**
 * Names of columns, with commas between; the driver's own list means something else after `insert`.
 */
const listed = (sql: Transaction, names: readonly string[]) =>
  names.map((name, i) => i === 0 ? sql`${sql(name)}` : sql`, ${sql(name)}`);

/** Part of an asset's context. */
export interface SnapshotContext {
  /** The slice. */
  readonly partition: HourKey;
  /** Under which the rows are written. */
  readonly version: bigint;
  /** Start of the attempt. */
  readonly now: Date;
  /** The database. */
  readonly resources: { readonly database: Sql };
  /** Takes what is plotted. */
  report(metadata: Metadata): void;
}

/** Counts, a digest and a share of nulls; see {@linkcode writeSnapshot}. */
interface Measured {
  readonly rows: number;
  readonly digest: string;
  readonly nulls: { readonly [column: string]: number };
}

/** Counts, and a digest of the content that does not depend on the order of rows. */
async function measure(
  sql: Transaction,
  table: string,
  columns: readonly string[],
  version: string,
): Promise<Measured> {
  const content = listed(sql, ["user_id", ...columns]);
  const [seen] = await sql<Measured[]>`
    with r as (select ${content} from ${sql(`${table}_rows`)} where version = ${version}::bigint)
    select count(*)::integer as rows,
      coalesce(sum(hashtextextended(r::text, 0)), 0)::text as digest,
      (select coalesce(jsonb_object_agg(key, n), '{}') from (
        select key, count(*) as n from r, jsonb_each(to_jsonb(r)) where value = 'null' group by key
      ) nulls) as nulls
    from r`;
  return seen!;
}

/**
 * Computes a snapshot and writes it under the context's version, in one transaction; a repeated
 * attempt replaces its own rows. Reports rows, seconds and the share of nulls by column.
 */
export async function writeSnapshot(
  context: SnapshotContext,
  view: FeatureView,
  query: (sql: Transaction, windows: Windows) => Snapshot,
): Promise<TableSlice> {
  const { partition, now, resources, report } = context;
  const version = String(context.version);
  const table = `features.${view.name}`;
  const names = view.fields.map((field) => field.name);
  const windows = windowsAt(sixHourly.span(partition)![1]);
  const started = performance.now();
  const { rows, digest, nulls } = await resources.database.begin(async (sql) => {
    const into = sql(`${table}_rows`);
    const columns = listed(sql, names);
    await sql`select features.ensure_month(${`${table}_rows`}::regclass, ${windows.at})`;
    await sql`delete from ${into} where version = ${version}::bigint`;
    await sql`
      insert into ${into} (version, user_id, as_of, created_at, ${columns})
      select ${version}::bigint, user_id, ${windows.at}::timestamptz, ${now}::timestamptz,
        ${columns}
      from (${query(sql, windows)}) computed`;
    return await measure(sql, table, names, version);
  });
  report({ rows, seconds: Number(((performance.now() - started) / 1000).toFixed(3)) });
  for (const column of names) {
    report({ [`null_${column}`]: rows === 0 ? 0 : (nulls[column] ?? 0) / rows });
  }
  return { table, version, rows, digest };
}
