import type { Sql } from "../connect.ts";

/** What is over of one kind: how it is counted, and how a few of it are removed. */
export interface Over {
  readonly kind: string;
  /** Rows that one statement removes at most. */
  readonly batch: number;
  /** Counts it. */
  count(): PromiseLike<readonly Counted[]>;
  /** Removes a few, gives how many of what is counted. */
  remove(limit: number): Promise<number>;
}

/** How much there is. */
export interface Counted {
  readonly rows: number;
  readonly bytes: number;
  readonly oldest: Date | null;
  readonly newest: Date | null;
}

type Part = ReturnType<Sql>;

/** Rows of a table that are over by a condition of their own. */
function rowsOver(
  sql: Sql,
  o: { readonly kind: string; readonly table: string; readonly at: string; readonly where: Part },
): Over {
  const table = sql(o.table);
  const at = sql(o.at);
  return {
    kind: o.kind,
    batch: 5_000,
    count: () =>
      sql<Counted[]>`
        select count(*)::float8 as rows, coalesce(sum(pg_column_size(t.*)), 0)::float8 as bytes,
          min(${at}) as oldest, max(${at}) as newest
        from ${table} t where ${o.where}`,
    async remove(limit) {
      const { count } = await sql`
        delete from ${table} where (tableoid, ctid) in (
          select t.tableoid, t.ctid from ${table} t where ${o.where} limit ${limit})`;
      return count;
    },
  };
}

/** Ticks and evaluations; those of months that go as a whole are not looked at twice. */
export const ticksOver = (sql: Sql, before: Date): Over =>
  rowsOver(sql, {
    kind: "ticks",
    table: "engine.fact",
    at: "at",
    where: sql`t.kind = 'tick' and t.at < ${before}`,
  });

/** Facts or lines for which there was no month. */
export const restOver = (sql: Sql, table: "fact" | "log", before: Date): Over =>
  rowsOver(sql, {
    kind: table === "fact" ? "facts" : "logs",
    table: `engine.${table}_rest`,
    at: "at",
    where: sql`t.at < ${before}`,
  });

/** Events that the log of events has. */
export const eventsOver = (sql: Sql, before: Date): Over =>
  rowsOver(sql, {
    kind: "events",
    table: "engine.outbox",
    at: "created_at",
    where: sql`t.sent_at < ${before}`,
  });

/** Alerts that are over. */
export const alertsOver = (sql: Sql, before: Date): Over =>
  rowsOver(sql, {
    kind: "alerts",
    table: "engine.alert",
    at: "opened_at",
    where: sql`t.resolved_at < ${before}`,
  });

/** Silences that ended; those of the last day still decide what is told. */
export const silencesOver = (sql: Sql, before: Date): Over =>
  rowsOver(sql, {
    kind: "silences",
    table: "engine.silence",
    at: "at",
    where: sql`t.until < ${before} and t.until < clock_timestamp() - interval '1 day'`,
  });

/** Workers that are gone and that no step names. */
export const workersOver = (sql: Sql, before: Date): Over =>
  rowsOver(sql, {
    kind: "workers",
    table: "engine.worker",
    at: "started_at",
    where: sql`t.gone_at < ${before}
      and not exists (select 1 from engine.step s where s.state = 'running' and s.worker = t.id)`,
  });

/** Backfills that have ended; a key that is taken once and for all stays taken. */
export const backfillsOver = (sql: Sql, before: Date): Over =>
  rowsOver(sql, {
    kind: "backfills",
    table: "engine.backfill",
    at: "created_at",
    where: sql`t.ended_at < ${before} and not t.once`,
  });

/** Runs that have ended with all of their steps, unless they are part of a backfill that goes on. */
export function runsOver(sql: Sql, before: Date): Over {
  const where = sql`r.ended_at < ${before} and r.state in ('success', 'failed', 'cancelled')
    and not exists (select 1 from engine.backfill_run b join engine.backfill f on f.id = b.backfill
      where b.run = r.id and f.state in ('running', 'paused'))
    and not exists (select 1 from engine.step s
      where s.run = r.id and s.state in ('waiting', 'queued', 'running'))`;
  return {
    kind: "runs",
    batch: 100,
    count: () =>
      sql<Counted[]>`
        select count(*)::float8 as rows, min(created_at) as oldest, max(created_at) as newest,
          coalesce(sum(pg_column_size(r.*)
            + (select coalesce(sum(pg_column_size(s.*)), 0) from engine.step s where s.run = r.id)
            + (select coalesce(sum(pg_column_size(a.*)), 0) from engine.attempt a where a.run = r.id)), 0)::float8
            as bytes
        from engine.run r where ${where}`,
    // Steps, edges, attempts and late results go with their run.
    async remove(limit) {
      const { count } = await sql`
        delete from engine.run where id in (
          select r.id from engine.run r where ${where} limit ${limit} for update skip locked)`;
      return count;
    },
  };
}
