/** Which ledger this is. @module */
import type { Queries } from "./connect.ts";

/**
 * Gives the ledger a new identity if it is not where it got its own: in another cluster of PostgreSQL (restored, moved,
 * upgraded), or on another timeline (recovered to an earlier moment, a replica that was promoted).
 *
 * There numbers of versions may be given a second time. Ids of events are made from identity and version, so with the
 * old identity readers would drop new events as ones that they know. Gives whether it did.
 */
export async function settleIdentity(sql: Queries): Promise<boolean> {
  const [row] = await sql<{ renewed: boolean }[]>`
    with here as (
      select (select system_identifier from pg_control_system()) || '/' ||
        left(pg_walfile_name(pg_current_wal_lsn()), 8) as origin)
    update engine.identity i set origin = here.origin,
      id = case when old.origin is null then i.id else gen_random_uuid() end
    from here, engine.identity old
    where i.origin is distinct from here.origin
    returning old.origin is not null as renewed`;
  return row?.renewed ?? false;
}

/** Gives the ledger a new identity: it is a copy, and the original may live on. */
export async function renewIdentity(sql: Queries): Promise<void> {
  await sql`update engine.identity set id = gen_random_uuid(), origin = null`;
}
