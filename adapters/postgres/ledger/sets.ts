import type { DynamicKey, KeySet } from "engine";
import type { Sql, Transaction } from "../connect.ts";

/** Adds keys; those that were removed come back to their place. */
export async function addKeys(sql: Sql, set: string, keys: readonly string[]): Promise<number> {
  if (keys.length === 0) return 0;
  return await sql.begin(async (tx) => {
    await lock(tx, set);
    const [{ count }] = await tx<[{ count: number }]>`
      with asked as (
        select key, min(n) as n from unnest(${keys as string[]}::text[]) with ordinality as a (key, n) group by key),
      back as (
        update engine.key_set_key k set removed = false from asked
        where k.name = ${set} and k.key = asked.key and k.removed returning 1),
      last as (
        select coalesce(max(place), -1) as place, max(added_at) as at from engine.key_set_key where name = ${set}),
      fresh as (
        insert into engine.key_set_key (name, place, key, added_at)
        select ${set}, last.place + row_number() over (order by n), key,
          greatest(date_trunc('milliseconds', clock_timestamp()), last.at)
        from asked, last
        where not exists (select 1 from engine.key_set_key k where k.name = ${set} and k.key = asked.key)
        returning 1)
      select (select count(*) from back)::int + (select count(*) from fresh)::int as count`;
    return await changed(tx, set, "added", count);
  });
}

/** Takes keys away. */
export async function removeKeys(sql: Sql, set: string, keys: readonly string[]): Promise<number> {
  if (keys.length === 0) return 0;
  return await sql.begin(async (tx) => {
    await lock(tx, set);
    const { count } = await tx`
      update engine.key_set_key set removed = true
      where name = ${set} and key = any(${keys as string[]}::text[]) and not removed`;
    return await changed(tx, set, "removed", count);
  });
}

/** One writer of a set at a time: places have no gaps and ages no disorder. */
async function lock(tx: Transaction, set: string): Promise<void> {
  await tx`insert into engine.key_set (name) values (${set}) on conflict do nothing`;
  await tx`select 1 from engine.key_set where name = ${set} for update`;
}

/** Facts come last in a transaction. */
async function changed(
  tx: Transaction,
  set: string,
  to: "added" | "removed",
  count: number,
): Promise<number> {
  if (count === 0) return 0;
  await tx`update engine.key_set set revision = revision + 1 where name = ${set}`;
  await tx`insert into engine.fact (kind, name, state) values ('keys', ${set}, ${to})`;
  await tx`select pg_notify('aurora', 'fact')`;
  return count;
}

/** The sets that have another revision than the known one; one statement, so keys and revision are of one moment. */
export async function keySets(
  sql: Sql,
  known: ReadonlyMap<string, number>,
): Promise<readonly KeySet[]> {
  if (known.size === 0) return [];
  const rows = await sql<(Omit<DynamicKey, "addedAt"> & KeySetRow)[]>`
    select s.name as set, s.revision, k.key, k.added_at as "addedAt", k.removed
    from unnest(${[...known.keys()]}::text[], ${[
    ...known.values(),
  ]}::int[]) as known (name, revision)
    join engine.key_set s on s.name = known.name and s.revision <> known.revision
    join engine.key_set_key k on k.name = s.name
    order by s.name, k.place`;
  return [...Map.groupBy(rows, (r) => r.set)].map(([set, of]) => ({
    set,
    revision: of[0]!.revision,
    keys: of.map(({ key, addedAt, removed }) => ({ key, addedAt, removed })),
  }));
}

/** What each row says of its set. */
interface KeySetRow {
  readonly set: string;
  readonly revision: number;
  readonly addedAt: Date;
}
