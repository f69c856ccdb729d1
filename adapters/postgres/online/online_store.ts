/** Online features in PostgreSQL, where there is no Redis. @module */
import {
  answer,
  checkRows,
  checkView,
  type FeatureView,
  newestRows,
  type OnlineAnswer,
  type OnlineRow,
  type OnlineStore,
  type OnlineWriteOptions,
  type OnlineWritten,
  ServiceUnavailableError,
} from "engine";
import { type Sql, withLimit } from "../connect.ts";
import { fromJson, toJson } from "./value.ts";

/** How long a call may take. */
export interface PostgresOnlineStoreOptions {
  /** Limit of one read, in milliseconds; 1000 unless told. */
  readonly readLimitMs?: number;
  /** Limit of every 5000 rows of a write, in milliseconds; 10000 unless told. */
  readonly writeLimitMs?: number;
}

/** An online store on the tables of `migrateOnline`; `sql` stays the caller's to end. */
export function postgresOnlineStore(
  sql: Sql,
  options: PostgresOnlineStoreOptions = {},
): OnlineStore {
  return new PostgresOnlineStore(sql, options);
}

const ROWS_A_STATEMENT = 5000;

interface Found {
  readonly entity: string;
  readonly view: string;
  readonly eventTime: Date;
  readonly values: { readonly [field: string]: unknown };
}

class PostgresOnlineStore implements OnlineStore {
  readonly name = "postgres";
  readonly #sql: Sql;
  readonly #readLimitMs: number;
  readonly #writeLimitMs: number;

  constructor(sql: Sql, options: PostgresOnlineStoreOptions) {
    this.#sql = sql;
    this.#readLimitMs = options.readLimitMs ?? 1000;
    this.#writeLimitMs = options.writeLimitMs ?? 10_000;
  }

  async write(
    project: string,
    view: FeatureView,
    rows: readonly OnlineRow[],
    options: OnlineWriteOptions = {},
  ): Promise<OnlineWritten> {
    checkView(view);
    const newest = newestRows(view, rows);
    checkRows(view, newest);
    // In one order for all writers, so that two of them cannot deadlock.
    newest.sort((a, b) => a.entity < b.entity ? -1 : 1);
    let written = 0;
    for (let at = 0; at < newest.length; at += ROWS_A_STATEMENT) {
      const some = newest.slice(at, at + ROWS_A_STATEMENT);
      const doing = `write online features of "${view.name}"`;
      const query = upsert(this.#sql, project, view, some, options.overwrite ?? false);
      written += (await within(query, this.#writeLimitMs, doing)).count;
    }
    return { written, skipped: rows.length - written };
  }

  async read(
    project: string,
    views: readonly FeatureView[],
    entities: readonly string[],
    options: { readonly now: Date },
  ): Promise<OnlineAnswer[]> {
    const found = new Map<string, Found>();
    for (const [joinKey, group] of Map.groupBy(views, (view) => view.entity)) {
      if (entities.length === 0) break;
      const query = this.#sql<Found[]>`
        select entity, view, event_time as "eventTime", values from features.online
        where project = ${project} and join_key = ${joinKey}
          and entity = any(${[...new Set(entities)]}::text[])
          and view = any(${group.map((view) => view.name)}::text[])`;
      const rows = await within(query, this.#readLimitMs, "read online features");
      for (const row of rows) found.set(placeOf(joinKey, row.view, row.entity), row);
    }
    return entities.map((entity) =>
      answer(entity, views, (view) => {
        const row = found.get(placeOf(view.entity, view.name, entity));
        return row && storedRow(view, row);
      }, options.now)
    );
  }

  async remove(project: string, entity: string, values: readonly string[]): Promise<void> {
    const query = this.#sql`
      delete from features.online
      where project = ${project} and join_key = ${entity} and entity = any(${[...values]}::text[])`;
    await within(query, this.#writeLimitMs, "remove online features");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** Writes rows that are newer than what is there; its count is the number written. */
function upsert(
  sql: Sql,
  project: string,
  view: FeatureView,
  rows: readonly OnlineRow[],
  overwrite: boolean,
) {
  const values = rows.map((row) =>
    JSON.stringify(Object.fromEntries(
      view.fields.map(({ name }) => [name, toJson(row.values[name] ?? null)]),
    ))
  );
  return sql`
    insert into features.online as o (project, join_key, entity, view, event_time, values)
    select ${project}, ${view.entity}, entity, ${view.name},
      timestamptz 'epoch' + ms * interval '1 millisecond', value::jsonb
    from unnest(
      ${rows.map((row) => row.entity)}::text[],
      ${rows.map((row) => String(row.eventTime.getTime()))}::bigint[],
      ${values}::text[]
    ) as r (entity, ms, value)
    on conflict (project, join_key, entity, view) do update
    set event_time = excluded.event_time, values = o.values || excluded.values
    where ${overwrite} or excluded.event_time > o.event_time`;
}

function storedRow(view: FeatureView, row: Found) {
  return {
    eventTime: row.eventTime,
    value: (name: string) => {
      const type = view.fields.find((field) => field.name === name)?.type;
      const json = row.values[name];
      return type === undefined || json === undefined ? undefined : fromJson(type, json);
    },
  };
}

function placeOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

async function within<T>(query: PromiseLike<T>, ms: number, doing: string): Promise<T> {
  try {
    return await withLimit(query, ms, doing);
  } catch (error) {
    throw new ServiceUnavailableError("PostgreSQL", doing, error);
  }
}
