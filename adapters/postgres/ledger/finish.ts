import { jsonText } from "./json_text.ts";
import type { Ask, Finished, Outcome } from "engine";
import type { Sql } from "../connect.ts";
import { claimedOf, type ClaimedRow } from "./claim.ts";
import { endFailed, endRefused } from "./fail.ts";
import { admit } from "./submit.ts";
import { retried } from "./retried.ts";
import { tokenOf } from "./token.ts";

type Success = Extract<Outcome, { state: "success" }>;
type Other = Exclude<Outcome, { state: "success" }>;

/** Ends attempts: all successes in one statement, each other outcome in a transaction of its own. */
export async function finish(
  sql: Sql,
  outcomes: readonly Outcome[],
  ask: Ask,
): Promise<Finished> {
  const successes = outcomes.filter((o): o is Success => o.state === "success");
  const others = outcomes.filter((o): o is Other => o.state !== "success");
  const done = successes.length === 0
    ? { accepted: [], next: [] }
    : await retried((tries) =>
      publish(sql, successes, { ...ask, room: tries === 0 ? ask.room : 0 })
    );
  const accepted = [...done.accepted];
  for (const outcome of others) {
    if (await retried(() => endFailed(sql, outcome, ask.worker))) {
      accepted.push(tokenOf(outcome));
    }
  }
  const refused = successes.filter((o) => !accepted.includes(tokenOf(o)));
  for (const outcome of refused) await endRefused(sql, outcome, ask.worker);
  return { accepted, next: done.next };
}

interface Row extends ClaimedRow {
  readonly what: "done" | "next" | "ended" | "told";
  readonly job: string | null;
}

function rowOf(o: Success) {
  const { run, step, attempt, result: r } = o;
  return {
    run,
    step,
    attempt,
    code: r.code,
    config: r.config,
    data_version: r.dataVersion,
    inputs: r.inputs,
    metadata: r.metadata,
    value: r.value,
    checks: r.checks,
    events: r.events,
  };
}

/**
 * Publishes versions and releases what waited for them, in one statement and so in one transaction.
 *
 * The fence is the first update: an attempt that is not the worker's any more gives no row, and nothing follows from
 * it. A step that becomes ready goes to the same worker at once while it has room, which saves a claim: 40 chained
 * steps are 40 statements.
 */
async function publish(sql: Sql, done: readonly Success[], ask: Ask): Promise<Finished> {
  const rows = await sql<Row[]>`
    with d as (
      select * from jsonb_to_recordset(${jsonText(done.map(rowOf))}::text::jsonb)
        as x(run bigint, step int, attempt int, code text, config text, data_version text, inputs jsonb,
          metadata jsonb, value jsonb, checks jsonb, events jsonb)),
    -- Runs are locked before their steps, here and wherever a run ends: a cancel comes before or after, never between.
    g as (
      select id from engine.run where id in (select run from d) and state = 'running' order by id
      for no key update),
    f as (
      update engine.step s set state = 'success', ended_at = clock_timestamp(), error = null
      from d, g
      where s.run = d.run and s.step = d.step and s.worker = ${ask.worker}::bigint and s.attempt = d.attempt
        and s.state = 'running' and g.id = d.run
      returning s.run, s.step, s.attempt, s.asset, s.partition, s.version, s.worker, s.ready_at, s.started_at,
        s.ended_at),
    a as (
      insert into engine.attempt (run, step, attempt, state, version, worker, ready_at, started_at, ended_at)
      select run, step, attempt, 'success', version, worker, ready_at, started_at, ended_at from f),
    m as (
      insert into engine.materialization (version, asset, partition, at, run, step, duration_ms, code, config,
        data_version, inputs, metadata, value, published)
      select f.version, f.asset, f.partition, f.ended_at, f.run, f.step,
        extract(epoch from f.ended_at - f.started_at) * 1000, d.code, d.config, d.data_version, d.inputs,
        d.metadata, coalesce(d.value, 'null'), true
      from f join d using (run, step)),
    v as (
      insert into engine.visible as v (asset, partition, version)
      select distinct on (asset, partition) asset, partition, version from f
      order by asset, partition, version desc
      on conflict (asset, partition) do update set version = excluded.version
      where excluded.version > v.version),
    c as (
      insert into engine.check_result (version, asset, partition, name, severity, blocking, passed, reason,
        metadata, run)
      select f.version, f.asset, f.partition, c.check, c.severity, c.blocking, c.passed, c.reason, c.metadata, f.run
      from f join d using (run, step), jsonb_to_recordset(d.checks)
        as c("check" text, severity text, blocking boolean, passed boolean, reason text, metadata jsonb)),
    o as (
      insert into engine.outbox (topic, key, event_id, schema_version, run, payload)
      -- The digest with the marks of a UUID version 8 (RFC 9562): strict readers refuse any other bytes.
      select e.value->>'topic', e.value->>'key',
        overlay(overlay(md5((select id from engine.identity) || '/' || f.version || '/' || e.n)
          placing '8' from 13) placing '8' from 17)::uuid,
        coalesce((e.value->>'schemaVersion')::int, 1), f.run::text, e.value->'payload'
      from f join d using (run, step), jsonb_array_elements(d.events) with ordinality as e(value, n)
      order by f.version, e.n
      returning 1),
    n as (
      select e.run, e.dst, count(*)::int as k, row_number() over (order by e.run, e.dst) as place
      from f join engine.edge e on e.run = f.run and e.src = f.step group by e.run, e.dst),
    -- Locked in one order, so that two batches that release the same steps wait for each other and never in a circle.
    w as (
      select s.run, s.step, s.needs_left - n.k as needs_left, s.state = 'waiting' and s.needs_left = n.k as ready,
        n.place <= ${ask.room} and s.queue = any(${ask
    .queues as string[]}::text[]) and s.pools = '{}'
          and not exists (select 1 from engine.step o
            where o.state = 'running' and o.asset = s.asset and o.partition = s.partition) as mine
      from n join engine.step s on s.run = n.run and s.step = n.dst
      order by s.run, s.step for update of s),
    u as (
      update engine.step s set needs_left = w.needs_left,
        state = case when not w.ready then s.state when w.mine then 'running' else 'queued' end,
        ready_at = case when w.ready then clock_timestamp() else s.ready_at end,
        started_at = case when w.ready and w.mine then clock_timestamp() else s.started_at end,
        worker = case when w.ready and w.mine then ${ask.worker}::bigint else s.worker end,
        attempt = case when w.ready and w.mine then s.attempt + 1 else s.attempt end,
        version = case when w.ready and w.mine then nextval('engine.version_seq') else s.version end
      from w where s.run = w.run and s.step = w.step
      returning s.run, s.step, s.asset, s.partition, s.attempt, s.version, s.reason, s.started_at, s.state),
    r as (
      update engine.run set steps_left = steps_left - q.k,
        state = case when steps_left > q.k then state else coalesce(worst, 'success') end,
        ended_at = case when steps_left = q.k then clock_timestamp() end
      from (select run, count(*)::int as k from f group by run) q
      where run.id = q.run
      returning run.id, run.job, run.state),
    x as (
      insert into engine.fact (kind, name, partition, run, step, state, data)
      select 'step', asset, partition, run, step, 'success', null::jsonb from f
      union all
      select 'materialized', asset, partition, run, step, null, jsonb_build_object('version', version::text) from f
      union all
      select 'step', asset, partition, run, step, 'running', null from u where state = 'running'
      union all
      select 'run', job, null, id, null, state, null from r where state <> 'running'),
    z as (
      select pg_notify('aurora', 'fact'),
        case when exists (select 1 from u where state = 'queued') then pg_notify('aurora', 'step') end,
        case when exists (select 1 from o) then pg_notify('aurora', 'outbox') end)
    select 'done' as what, run::text, step, asset, partition, attempt, version, 0 as failures, '' as reason,
      started_at as "startedAt", null as job from f
    union all
    select 'next', run::text, step, asset, partition, attempt, version, 0, reason, started_at, null
      from u where state = 'running'
    union all
    select 'ended', id::text, 0, '', '', 0, 0, 0, '', null, job from r where state <> 'running' and job is not null
    union all
    select 'told', '', 0, '', '', 0, 0, 0, '', null, null from z`;
  await admitNext(sql, rows);
  const accepted = rows.filter((r) => r.what === "done").map(tokenOf);
  return { accepted, next: rows.filter((r) => r.what === "next").map(claimedOf) };
}

/** A run of a job has ended: the next one may begin. If the worker dies before, the tick of the server does it. */
async function admitNext(sql: Sql, rows: readonly Row[]): Promise<void> {
  for (const job of new Set(rows.filter((r) => r.what === "ended").map((r) => r.job))) {
    await sql.begin(async (tx) => {
      await admit(tx, job);
      await tx`select pg_notify('aurora', 'step'), pg_notify('aurora', 'fact')`;
    });
  }
}
