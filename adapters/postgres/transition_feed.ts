/** Transitions of runs and steps from the facts, with a cursor of their own. @module */
import type { Transition, TransitionFeed } from "engine";
import type { Sql, Transaction } from "./connect.ts";

/** Number of the advisory lock by which one process tells at a time: "lineag" in ASCII. */
const LOCK = 0x6c696e656167n;

/** The cursor: facts that it has not passed are kept by housekeeping. */
export const LINEAGE_CURSOR = "lineage";

/** Facts that are looked at for each transition that is asked for. */
const FACTS_EACH = 5;

const seqText = (seq: bigint | string) => String(seq).padStart(19, "0");

/**
 * Reads `engine.fact` on. Lock and cursor share one transaction, which is open while a batch is told: with the
 * connection goes the lock, and what was told in between is told again.
 */
export function transitionFeed(sql: Sql): TransitionFeed {
  return {
    tell: async (limit, tell) => {
      let failure: unknown;
      const told = await sql.begin(async (tx) => {
        const [row] = await tx<{ locked: boolean }[]>`
          select pg_try_advisory_xact_lock(${LOCK}) as locked`;
        if (!row?.locked) return undefined;
        const after = await placeOf(tx);
        const { last, transitions } = await read(tx, after, limit);
        let passed = after;
        let count = 0;
        for (const transition of transitions) {
          try {
            await tell(transition);
          } catch (error) {
            failure = error;
            break;
          }
          passed = transition.seq;
          count++;
        }
        await move(tx, failure === undefined ? last : passed);
        return count;
      });
      if (failure !== undefined) throw failure;
      return told;
    },
  };
}

/** Where the cursor stands; at the end of the facts if there is none. */
async function placeOf(tx: Transaction): Promise<string> {
  const [cursor] = await tx<{ value: string }[]>`
    select value #>> '{}' as value from engine.cursor where name = ${LINEAGE_CURSOR}`;
  if (cursor) return cursor.value;
  const [end] = await tx<{ seq: bigint }[]>`select coalesce(max(seq), 0) as seq from engine.fact`;
  return seqText(end!.seq);
}

async function move(tx: Transaction, place: string): Promise<void> {
  await tx`
    insert into engine.cursor (name, value, revision) values (${LINEAGE_CURSOR}, to_jsonb(${place}::text), 1)
    on conflict (name) do update set value = excluded.value, revision = cursor.revision + 1, at = clock_timestamp()
    where cursor.value <> excluded.value`;
}

type Made = NonNullable<NonNullable<Transition["step"]>["made"]>;

interface Row {
  readonly seq: bigint;
  readonly at: Date;
  readonly ledger: string;
  readonly state: Transition["state"];
  readonly run: string;
  readonly job: string | null;
  readonly title: string;
  readonly error: string | null;
  readonly step: number | null;
  readonly asset: string | null;
  readonly partition: string | null;
  readonly version: string | null;
  readonly inputs: Made["inputs"];
  readonly metadata: Made["metadata"];
}

/**
 * A success is told by what was made, which is written with it. A run begins when it is let in, which its steps remember:
 * one that is cancelled in the queue of its job never began.
 */
async function read(tx: Transaction, after: string, limit: number) {
  const rows = await tx<Row[]>`
    with f as (
      select seq, at, kind, name, partition, run, step, state, data from engine.fact
      where seq > ${after}::bigint order by seq limit ${limit * FACTS_EACH})
    select f.seq, f.at, (select id::text from engine.identity) as ledger,
      case f.kind when 'materialized' then 'success' else f.state end as state, f.run::text, r.job, r.title,
      case when f.state in ('failed', 'cancelled')
        then coalesce(case when f.kind = 'run' then r.error else s.error end, r.error)->>'message' end as error,
      f.step, case when f.kind <> 'run' then f.name end as asset, f.partition, m.version::text, m.inputs, m.metadata
    from f join engine.run r on r.id = f.run
    left join engine.step s on s.run = f.run and s.step = f.step and f.kind = 'step'
    left join engine.materialization m
      on f.kind = 'materialized' and m.version = (f.data->>'version')::bigint
    where f.kind = 'materialized' and m.version is not null
      or f.kind = 'run' and (f.state = 'running' or f.state in ('success', 'failed', 'cancelled')
        and (r.started_at is not null
          or exists (select from engine.step x where x.run = r.id and x.ready_at is not null)))
      or f.kind = 'step' and (f.state = 'running' or f.state in ('failed', 'cancelled') and s.started_at is not null)
    order by f.seq limit ${limit}`;
  const [end] = await tx<{ seq: bigint | null }[]>`
    select max(seq) as seq from (
      select seq from engine.fact where seq > ${after}::bigint order by seq limit ${
    limit * FACTS_EACH
  }) f`;
  const transitions = rows.map(transitionOf);
  // A full page may have left some of these facts unread.
  const last = transitions.length === limit ? transitions.at(-1)!.seq : seqText(end?.seq ?? after);
  return { last, transitions };
}

function transitionOf(r: Row): Transition {
  const { at, ledger, run, job, title, state, error, version, inputs, metadata } = r;
  const made = version === null ? null : { version, inputs, metadata };
  const step = r.step === null
    ? null
    : { index: r.step, asset: r.asset ?? "", partition: r.partition ?? "", made };
  return { seq: seqText(r.seq), at, ledger, run, job, title, state, error, step };
}
