import type { MaterializationRecord, SliceKey, SliceState, StepError } from "engine";
import type { Sql } from "../connect.ts";

type Row = MaterializationRecord & { readonly version: bigint };

/** The visible versions of the given slices, with their values. */
export async function visible(
  sql: Sql,
  slices: readonly SliceKey[],
): Promise<readonly MaterializationRecord[]> {
  if (slices.length === 0) return [];
  return await sql<Row[]>`
    select m.version, m.asset, m.partition, m.at, m.run::text, m.step, m.duration_ms as "durationMs", m.code,
      m.config, m.data_version as "dataVersion", m.inputs, m.metadata, m.value, m.published
    from unnest(${slices.map((s) => s.asset)}::text[], ${slices.map((s) => s.partition)}::text[])
      as k(asset, partition),
    -- One by one: as joins they are hashed against all that is visible, whatever few are asked for.
    lateral (select version from engine.visible where asset = k.asset and partition = k.partition limit 1) v,
    lateral (select * from engine.materialization where version = v.version limit 1) m`;
}

/** Published versions with their values. */
export async function versions(
  sql: Sql,
  wanted: readonly bigint[],
): Promise<readonly MaterializationRecord[]> {
  if (wanted.length === 0) return [];
  return await sql<Row[]>`
    select version, asset, partition, at, run::text, step, duration_ms as "durationMs", code, config,
      data_version as "dataVersion", inputs, metadata, value, published
    from engine.materialization m
    where m.version = any(${wanted.map(String)}::bigint[]) and published`;
}

/** What was visible at an instant: of what was published by then the newest, as the visible version is. */
export async function visibleAt(
  sql: Sql,
  slices: readonly SliceKey[],
  at: Date,
): Promise<readonly MaterializationRecord[]> {
  if (slices.length === 0) return [];
  return await sql<Row[]>`
    select distinct on (asset, partition) m.version, asset, partition, m.at, m.run::text, m.step,
      m.duration_ms as "durationMs", m.code, m.config, m.data_version as "dataVersion", m.inputs, m.metadata,
      m.value, m.published
    from unnest(${slices.map((s) => s.asset)}::text[], ${slices.map((s) => s.partition)}::text[])
      as k(asset, partition)
    join engine.materialization m using (asset, partition)
    where m.published and m.at <= ${at}
    order by asset, partition, m.version desc`;
}

/** Versions of an asset, newest first. */
export async function history(
  sql: Sql,
  asset: string,
  query: { readonly before?: string | undefined; readonly limit: number },
): Promise<readonly MaterializationRecord[]> {
  return await sql<Row[]>`
    select version, asset, partition, at, run::text, step, duration_ms as "durationMs", code, config,
      data_version as "dataVersion", inputs, metadata, value, published
    from engine.materialization m
    where asset = ${asset} and (${query.before ?? null}::bigint is null or version < ${
    query.before ?? null
  }::bigint)
    order by m.version desc limit ${query.limit}`;
}

/** What became visible since an instant, oldest first, and of each slice the last before that. */
export async function builds(
  sql: Sql,
  asset: string,
  { since, limit }: { readonly since: Date; readonly limit: number },
): Promise<readonly { readonly partition: string; readonly at: Date }[]> {
  return await sql<{ partition: string; at: Date }[]>`
    with newest as (
      select version, partition, at from engine.materialization m
      where asset = ${asset} and published order by m.version desc limit ${limit}),
    before as (
      select distinct on (partition) version, partition, at from newest
      where at < ${since} order by partition, version desc)
    select partition, at from (
      select version, partition, at from newest where at >= ${since}
      union all select version, partition, at from before) b
    order by version`;
}

interface StateRow {
  readonly asset: string;
  readonly partition: string;
  readonly visible: (Omit<Row, "version" | "at"> & { version: string; at: string }) | null;
  readonly failedAt: Date | null;
  readonly failedRun: string | null;
  readonly failed: "failed" | "lost" | "postponed" | "cancelled" | null;
  readonly error: StepError | null;
  readonly run: string | null;
  readonly state: "waiting" | "queued" | "running" | null;
}

/** What is known of all slices, or of those of some assets. */
export async function slices(
  sql: Sql,
  assets?: readonly string[],
): Promise<readonly SliceState[]> {
  const of = assets === undefined ? null : assets as string[];
  const rows = await sql<StateRow[]>`
    with v as (
      select m.asset, m.partition, jsonb_build_object('version', m.version::text, 'asset', m.asset,
        'partition', m.partition, 'at', m.at, 'run', m.run::text, 'step', m.step, 'durationMs', m.duration_ms,
        'code', m.code, 'config', m.config, 'dataVersion', m.data_version, 'inputs', m.inputs,
        'metadata', m.metadata, 'published', m.published) as visible
      from engine.visible v join engine.materialization m on m.version = v.version
      where ${of}::text[] is null or m.asset = any(${of}::text[])),
    f as (select * from engine.failure where ${of}::text[] is null or asset = any(${of}::text[])),
    -- A slice may wait in several runs: the one that runs, else the oldest, is shown.
    s as (
      select distinct on (asset, partition) asset, partition, run, state from (
        select asset, partition, run, state from engine.step
        where state = 'running' and (${of}::text[] is null or asset = any(${of}::text[]))
        union all
        select asset, partition, run, state from engine.step
        where state in ('waiting', 'queued') and (${of}::text[] is null or asset = any(${of}::text[]))) o
      order by asset, partition, state = 'running' desc, run)
    select asset, partition, v.visible, f.at as "failedAt", f.run::text as "failedRun", f.state as failed, f.error,
      s.run::text, s.state
    from v full join f using (asset, partition) full join s using (asset, partition)`;
  return rows.map(stateOf);
}

function stateOf(row: StateRow): SliceState {
  const { asset, partition } = row;
  const seen = row.visible && {
    ...row.visible,
    version: BigInt(row.visible.version),
    at: new Date(row.visible.at),
  };
  const failed = row.failed !== null && (seen === null || row.failedAt! > seen.at);
  const last = failed
    ? { state: row.failed!, at: row.failedAt!, run: row.failedRun! }
    : seen && { state: "success" as const, at: seen.at, run: seen.run };
  return {
    asset,
    partition,
    visible: seen,
    last,
    error: failed ? row.error : null,
    inFlight: row.run === null ? null : { run: row.run, state: row.state! },
  };
}

/** Milliseconds that the last successes of each asset took, newest first. */
export async function durations(
  sql: Sql,
  limit: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const rows = await sql<{ asset: string; took: number[] }[]>`
    select a.asset, array(select duration_ms from engine.materialization m
      where m.asset = a.asset order by m.version desc limit ${limit}) as took
    from (select distinct asset from engine.visible) a`;
  return new Map(rows.map((r) => [r.asset, r.took]));
}
