/** The outbox in PostgreSQL. @module */
import type { Outbox, OutboxEvent, OutboxLag, OutboxTake } from "engine";
import type { Sql, Transaction } from "./connect.ts";

/** Number of the advisory lock by which one relay works at a time: "outbox" in ASCII. */
const LOCK = 0x6f7574626f78n;

/**
 * The events of `engine.outbox`, which the migrations of the ledger make.
 *
 * Lock, events and marks share one transaction, which is open as long as a few batches are being
 * sent: with the connection goes the lock, and nothing can be marked without it. Works behind PgBouncer.
 */
export function postgresOutbox(sql: Sql): Outbox {
  return {
    lock: (work) =>
      sql.begin(async (tx) => {
        // Without sort: where statistics are old, every event that waits was sorted for each batch; 100,000 after an outage.
        const [row] = await tx<{ locked: boolean }[]>`
          select pg_try_advisory_xact_lock(${LOCK}) as locked, set_config('enable_sort', 'off', true)`;
        if (!row?.locked) return false;
        await work(take(tx));
        return true;
      }),
    lag: () => lag(sql),
  };
}

function take(tx: Transaction): OutboxTake {
  return {
    pending: async (limit, after = -1n) => {
      const rows = await tx<OutboxEvent[]>`
        select id, topic, key, event_id as "eventId", schema_version as "schemaVersion", run,
          payload, created_at as "createdAt"
        from engine.outbox
        where sent_at is null and refused_at is null and id > ${String(after)}::bigint
        order by id limit ${limit}`;
      return [...rows];
    },
    markSent: async (ids) => {
      await tx`
        update engine.outbox set sent_at = clock_timestamp()
        where id = any(${ids.map(String)}::bigint[])`;
    },
    markRefused: async (id, reason) => {
      await tx`
        update engine.outbox set refused_at = clock_timestamp(), refused_reason = ${reason}
        where id = ${String(id)}::bigint`;
    },
  };
}

async function lag(sql: Sql): Promise<OutboxLag> {
  const [row] = await sql<{ pending: number; oldest: Date | null; refused: number }[]>`
    select count(*) filter (where refused_at is null)::int as pending,
      min(created_at) filter (where refused_at is null) as oldest,
      count(refused_at)::int as refused
    from engine.outbox where sent_at is null`;
  return { pending: row?.pending ?? 0, oldest: row?.oldest ?? null, refused: row?.refused ?? 0 };
}
