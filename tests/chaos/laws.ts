/** What holds in the database of a cluster, at any moment and at the end. @module */
import { assert, assertEquals } from "@std/assert";
import type { Queries } from "../../adapters/postgres/connect.ts";
import type { Cluster } from "./cluster.ts";

/** Rows that break a law, by law. */
const ALWAYS: Readonly<Record<string, string>> = {
  "a slice is computed twice at once": `
    select asset, partition from engine.step where state = 'running'
    group by asset, partition having count(*) > 1`,
  "more slots of a pool are taken than there are": `
    select p.name, p.slots, sum((s.pools->>p.name)::int) as taken
    from engine.pool p join engine.step s on s.state = 'running' and s.pools ? p.name
    group by p.name, p.slots having sum((s.pools->>p.name)::int) > p.slots`,
  "a run counts its open steps wrongly": `
    select r.id, r.steps_left, count(*) filter (where s.state in ('waiting', 'queued', 'running')) as open
    from engine.run r join engine.step s on s.run = r.id group by r.id, r.steps_left
    having r.steps_left <> count(*) filter (where s.state in ('waiting', 'queued', 'running'))`,
  "a step counts what it waits for wrongly": `
    select s.run, s.step, s.needs_left from engine.step s
    where s.state in ('waiting', 'queued', 'running') and s.needs_left <> (
      select count(*) from engine.edge e join engine.step n on n.run = e.run and n.step = e.src
      where e.run = s.run and e.dst = s.step and n.state <> 'success')`,
  "a step is published twice, or without success": `
    select s.run, s.step, s.state, count(m.version) from engine.step s
    left join engine.materialization m on m.run = s.run and m.step = s.step and m.published
    group by s.run, s.step, s.state
    having count(m.version) <> case when s.state = 'success' then 1 else 0 end`,
  "a fact tells twice that a step has ended, or of it after its end": `
    select f.run, f.step from engine.fact f
    where f.kind = 'step' and f.state in ('success', 'failed', 'skipped', 'cancelled')
    group by f.run, f.step having count(*) > 1
    union all
    select f.run, f.step from engine.fact f join engine.fact e
      on e.kind = 'step' and e.run = f.run and e.step = f.step and e.seq < f.seq
      and e.state in ('success', 'failed', 'skipped', 'cancelled')
    where f.kind = 'step'`,
  "a version that is visible is not the newest that was published": `
    select m.asset, m.partition, max(m.version), max(v.version) from engine.materialization m
    left join engine.visible v on v.asset = m.asset and v.partition = m.partition
    where m.published group by m.asset, m.partition
    having max(m.version) is distinct from max(v.version)`,
  "a version was not told once to others": `
    select m.version, count(o.id) from engine.materialization m
    left join engine.outbox o on o.topic = 'chaos' and o.payload->>'version' = m.version::text
    where m.published group by m.version having count(o.id) <> 1`,
  "a version was not told once in the facts": `
    select m.version, count(f.seq) from engine.materialization m
    left join engine.fact f on f.kind = 'materialized' and f.data->>'version' = m.version::text
    where m.published group by m.version having count(f.seq) <> 1`,
  "a step was given up before it was lost three times": `
    select s.run, s.step from engine.step s where s.state = 'failed' and s.lost > 0 and s.lost < 3
      and (select a.state from engine.attempt a where a.run = s.run and a.step = s.step
        order by a.attempt desc limit 1) = 'lost'`,
  "a dead worker holds a step": `
    select s.run, s.step from engine.step s join engine.worker w on w.id = s.worker
    where s.state = 'running' and w.gone_at is not null`,
};

type Rows = readonly { readonly row: string }[];

/** What must hold besides when nothing goes wrong any more. */
const AT_END: Readonly<Record<string, string>> = {
  "a run has not ended": `select id, state from engine.run where state in ('queued', 'running')`,
  "a step was lost": `
    select run, step, state from engine.step where state in ('waiting', 'queued', 'running')`,
  "a tick was lost or doubled": `
    select tick, before from (
      select substr(key, 16)::timestamptz as tick,
        lag(substr(key, 16)::timestamptz) over (order by substr(key, 16)::timestamptz) as before
      from engine.run where job = 'often' and key like 'schedule:often:%') t
    where tick - before <> interval '2 seconds'`,
  "a sensor asked twice or never": `
    select c.value, count(r.id) from engine.cursor c
    left join engine.run r on r.trigger = 'sensor' and r.by_name = 'counting'
    where c.name = 'sensor:counting' group by c.value having count(r.id) <> (c.value #>> '{}')::int`,
  "the condition did not follow to the end": `
    select v.version, i.value->>'version' as read from engine.visible v, engine.visible mine
    join engine.materialization m on m.version = mine.version, jsonb_array_elements(m.inputs) i
    where v.asset = 'beat' and mine.asset = 'after' and i.value->>'version' <> v.version::text`,
  "an event was not sent": `select id from engine.outbox where sent_at is null`,
};

/** Looks at what must hold at any moment; each law is one statement and so sees one moment. */
export async function look(sql: Queries, where: string): Promise<void> {
  await lookAt(sql, ALWAYS, where);
}

async function lookAt(sql: Queries, laws: Readonly<Record<string, string>>, where: string) {
  // Tables that were empty a minute ago: without it some of these questions take minutes.
  await sql`analyze engine.step, engine.edge, engine.run, engine.attempt, engine.materialization,
    engine.visible, engine.outbox, engine.fact`;
  for (const [law, query] of Object.entries(laws)) {
    // The planner takes what it cannot estimate for little, and compares each with each: hours after a soak.
    const [, rows = []] = await sql.unsafe(`set enable_nestloop = off;
      select to_jsonb(q)::text as row from (${query}) q limit 5`).simple() as unknown as Rows[];
    assertEquals(rows.map((r) => r.row), [], `${law}, ${where}`);
  }
}

/** Looks at everything when a cluster has come to rest. */
export async function lookAtEnd({ sql, ledger, sent }: Cluster, where: string): Promise<void> {
  await look(sql, where);
  await lookAt(sql, AT_END, where);
  for (const pool of await ledger.pools()) assertEquals(pool.holders, [], where);
  const outbox = await sql<{ event: string; key: string }[]>`
    select event_id::text as event, key from engine.outbox order by id`;
  const lines = (await Deno.readTextFile(sent)).trimEnd().split("\n")
    .map((line) => JSON.parse(line) as [id: string, event: string, key: string]);
  const first = new Map<string, string>();
  for (const [, event, key] of lines) if (!first.has(event)) first.set(event, key);
  assertEquals(first.size, outbox.length, `the log has every event, ${where}`);
  const byKey = (events: Iterable<readonly [event: string, key: string]>) =>
    Object.fromEntries(Map.groupBy(events, ([, key]) => key));
  assertEquals(byKey(first), byKey(outbox.map((o) => [o.event, o.key] as const)), where);
  const cursors = await sql<{ name: string; tick: string }[]>`
    select name, value->>'tick' as tick from engine.cursor where name = 'schedule:often'`;
  const [newest] = await sql<{ key: string }[]>`
    select max(key) as key from engine.run where job = 'often'`;
  assert(newest!.key === `schedule:often:${cursors[0]?.tick}`, `${newest!.key} ${where}`);
}
