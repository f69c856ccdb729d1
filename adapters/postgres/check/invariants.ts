import type { Sql } from "../connect.ts";

/** Something that must hold, and how its violations are found. */
export interface Invariant {
  /** What must hold. */
  readonly name: string;
  /** Each violation as a sentence, the first ones. */
  find(sql: Sql): PromiseLike<readonly Found[]>;
}

/** A violation. */
export interface Found {
  readonly sentence: string;
}

/** Violations of one kind that are told. */
const MOST = 100;

const slice = (sql: Sql) =>
  sql`format('"%s"%s', asset, case when partition = '' then '' else ' [' || partition || ']' end)`;

/** What must hold in the database of the ledger, at any moment: each is one statement and so sees one moment. */
export const INVARIANTS: readonly Invariant[] = [
  {
    name: "every visible version has its materialization",
    find: (sql) =>
      sql<Found[]>`
        select format('%s shows version %s, which %s', ${slice(sql)}, version, case
          when found is null then 'has no materialization'
          when not published then 'was withheld'
          else 'is one of another slice' end) as sentence
        from (
          select v.asset, v.partition, v.version, m.version as found, m.published,
            m.asset = v.asset and m.partition = v.partition as same
          from engine.visible v left join engine.materialization m on m.version = v.version) x
        where found is null or not published or not same limit ${MOST}`,
  },
  {
    name: "the newest published version of a slice is the visible one",
    find: (sql) =>
      sql<Found[]>`
        select format('%s shows version %s, though %s was published', ${slice(sql)},
          coalesce(seen::text, 'none'), version) as sentence
        from (
          select m.asset, m.partition, m.version, v.version as seen from (
            select asset, partition, max(version) as version from engine.materialization
            where published group by asset, partition) m
          left join engine.visible v on v.asset = m.asset and v.partition = m.partition) x
        where seen is null or seen < version limit ${MOST}`,
  },
  {
    name: "what runs, runs with a worker that lives",
    find: (sql) =>
      sql<Found[]>`
        select format('step %s of run %s, %s, runs with worker %s, %s%s', step, run, ${slice(sql)},
          coalesce(worker::text, '(none)'),
          case when gone_at is null then 'which nobody knows' else 'which is gone since ' || gone_at end,
          case when pools = '{}' then '' else '; it holds slots of ' || pools::text end) as sentence
        from (
          select s.*, w.id as known, w.gone_at from engine.step s left join engine.worker w on w.id = s.worker
          where s.state = 'running') x
        where known is null or gone_at is not null order by run, step limit ${MOST}`,
  },
  {
    name: "what takes slots takes them of a pool that there is",
    find: (sql) =>
      sql<Found[]>`
        select format('step %s of run %s takes slots of pool "%s", which is not declared', s.step, s.run, n.key) as sentence
        from engine.step s, jsonb_each_text(s.pools) n
        where s.state in ('queued', 'running') and s.pools <> '{}'::jsonb
          and not exists (select 1 from engine.pool p where p.name = n.key) limit ${MOST}`,
  },
  {
    name: "a step waits in the lane of its queue, pools and code",
    find: (sql) =>
      sql<Found[]>`
        select format('step %s of run %s waits in the lane "%s", its own is "%s"', step, run, lane,
          engine.lane_of(queue, pools, code)) as sentence
        from engine.step where state in ('waiting', 'queued') and lane <> engine.lane_of(queue, pools, code) limit ${MOST}`,
  },
  {
    name: "a run has as many steps left as are open",
    find: (sql) =>
      sql<Found[]>`
        select format('run %s says that %s steps are left, but %s are open', id, steps_left, open) as sentence
        from (
          select r.id, r.steps_left, count(s.step) filter (where s.state in ('waiting', 'queued', 'running')) as open
          from engine.run r left join engine.step s on s.run = r.id
          where r.state in ('queued', 'running') group by r.id) x
        where steps_left <> open or open = 0 order by id limit ${MOST}`,
  },
  {
    name: "a run that has ended has no open step",
    find: (sql) =>
      sql<Found[]>`
        select format('run %s is %s, but its step %s is %s', s.run, r.state, s.step, s.state) as sentence
        from engine.step s join engine.run r on r.id = s.run
        where s.state in ('waiting', 'queued', 'running') and r.state in ('success', 'failed', 'cancelled')
          -- What runs after a cancel ends when its worker hears of it.
          and not (r.state = 'cancelled' and s.state = 'running')
        order by s.run, s.step limit ${MOST}`,
  },
  {
    name: "no step waits whose needs are all done, or one of which will not succeed",
    find: (sql) =>
      sql<Found[]>`
        select format('step %s of run %s, %s, waits for %s steps, but %s', step, run, ${
        slice(sql)
      }, needs_left, case
          when dead > 0 then 'one that it needs did not succeed'
          when open = 0 then 'all that it needs is done'
          else format('%s that it needs are open', open) end) as sentence
        from (
          select s.run, s.step, s.asset, s.partition, s.needs_left,
            count(n.step) filter (where n.state <> 'success') as open,
            count(n.step) filter (where n.state in ('failed', 'skipped', 'cancelled')) as dead
          from engine.step s join engine.run r on r.id = s.run and r.state = 'running'
          left join engine.edge e on e.run = s.run and e.dst = s.step
          left join engine.step n on n.run = e.run and n.step = e.src
          where s.state = 'waiting' group by s.run, s.step) x
        where dead > 0 or needs_left <> open or open = 0 order by run, step limit ${MOST}`,
  },
  {
    name: "no cursor is beyond the facts",
    find: (sql) =>
      sql<Found[]>`
        select format('cursor "%s" is at fact %s, but the newest number given is %s', name, place, newest) as sentence
        from (
          select c.name, (c.value #>> '{}')::numeric as place,
            coalesce(pg_sequence_last_value(pg_get_serial_sequence('engine.fact', 'seq')), 0) as newest
          from engine.cursor c where starts_with(c.name, 'sensor:') and jsonb_typeof(c.value) = 'string'
            and c.value #>> '{}' ~ '^\\d{19}$') x
        where place > newest limit ${MOST}`,
  },
  {
    name: "the events of a key leave in their order",
    find: (sql) =>
      sql<Found[]>`
        select format('event %s of topic "%s", key "%s" is not sent, but event %s after it is', u.id, u.topic, u.key,
          (select min(o.id) from engine.outbox o where o.topic = u.topic and o.key = u.key and o.id > u.id
            and o.sent_at is not null)) as sentence
        from engine.outbox u where u.sent_at is null and u.refused_reason is null
          and exists (select 1 from engine.outbox o
            where o.topic = u.topic and o.key = u.key and o.id > u.id and o.sent_at is not null)
        order by u.id limit ${MOST}`,
  },
];
