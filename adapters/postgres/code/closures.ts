/**
 * What each fingerprint of code is made of, once for every state that the code was in.
 *
 * @module
 */
import type { Sql } from "../connect.ts";

/** A piece of code by its place, and its hash. */
export interface Piece {
  /** `lib/stats.ts#smooth`. */
  readonly id: string;
  /** Of it alone. */
  readonly hash: string;
}

/** The code of one asset. */
export interface Code {
  /** Its name. */
  readonly asset: string;
  /** Its fingerprint. */
  readonly code: string;
  /** What the fingerprint is made of. */
  closure(): readonly Piece[];
}

/** Keeps what is not kept yet: one query, three if the code is new. */
export async function keepClosures(sql: Sql, codes: readonly Code[]): Promise<void> {
  const missing = await sql<{ asset: string; code: string }[]>`
    select asset, code
    from unnest(${codes.map((c) => c.asset)}::text[], ${codes.map((c) => c.code)}::text[])
      as now (asset, code)
    where not exists (
      select from engine.code_closure c where c.asset = now.asset and c.code = now.code)`;
  if (missing.length === 0) return;
  const isNew = new Set(missing.map((m) => m.asset));
  const rows = codes.filter((c) => isNew.has(c.asset))
    .map((c) => ({ asset: c.asset, code: c.code, closure: c.closure() }));
  await sql`
    insert into engine.code_closure (asset, code, closure)
    select asset, code, closure
    from jsonb_to_recordset(${sql.json(rows as never)}) as r (asset text, code text, closure jsonb)
    on conflict do nothing`;
  await forget(sql);
}

/** States of the code that made nothing that is still visible are of no use after a while. */
async function forget(sql: Sql): Promise<void> {
  await sql`
    delete from engine.code_closure c
    where seen_at < now() - interval '30 days' and not exists (
      select from engine.materialization m join engine.visible v on v.version = m.version
      where m.asset = c.asset and m.code = c.code)`;
}

/** What the code was made of that made visible results and is not the present one, by fingerprint. */
export async function staleClosures(
  sql: Sql,
  codes: readonly Code[],
): Promise<ReadonlyMap<string, readonly Piece[]>> {
  // By asset first: few states of the code, many slices.
  const rows = await sql<{ code: string; closure: readonly Piece[] }[]>`
    select c.code, c.closure
    from unnest(${codes.map((c) => c.asset)}::text[], ${codes.map((c) => c.code)}::text[])
      as now (asset, code)
    join engine.code_closure c on c.asset = now.asset and c.code <> now.code
    where exists (
      select from engine.materialization m join engine.visible v on v.version = m.version
      where m.asset = c.asset and m.code = c.code)`;
  return new Map(rows.map((r) => [r.code, r.closure]));
}
