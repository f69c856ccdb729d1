/** Connections as the database keeps them: encrypted by somebody else. @module */
import type { Queries, Sql } from "../connect.ts";

/** What was encrypted, and by which key. */
export interface Sealed {
  /** Id of the key. */
  readonly key: string;
  /** What it made. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A connection that can be shown. */
export interface KeptConnection {
  /** Its name. */
  readonly name: string;
  /** `postgres`. */
  readonly kind: string;
  /** Where it leads, if anywhere. */
  readonly host: string | null;
  /** As whom. */
  readonly login: string | null;
  /** Id of the key that encrypted it. */
  readonly key: string;
  /** Last change; UTC. */
  readonly updatedAt: Date;
  /** Who made it; null if that was not written down. */
  readonly changedBy: string | null;
  /** Last test; null if there was none since it was changed. */
  readonly test: ConnectionTest | null;
}

/** What a test found. */
export interface ConnectionTest {
  /** When; UTC. */
  readonly at: Date;
  /** Whether it was reached. */
  readonly reached: boolean;
  /** A sentence or a version. */
  readonly found: string;
}

/** All connections, by name. */
export async function keptConnections(sql: Queries): Promise<readonly KeptConnection[]> {
  const rows = await sql<Row[]>`
    select name, kind, host, login, key, updated_at, changed_by, tested_at, reached, found
    from engine.connection order by name`;
  return rows.map(({ updated_at, changed_by, tested_at, reached, found, ...shown }) => ({
    ...shown,
    updatedAt: updated_at,
    changedBy: changed_by,
    test: tested_at && { at: tested_at, reached: reached === true, found: found ?? "" },
  }));
}

type Row = Omit<KeptConnection, "updatedAt" | "changedBy" | "test"> & {
  readonly updated_at: Date;
  readonly changed_by: string | null;
  readonly tested_at: Date | null;
  readonly reached: boolean | null;
  readonly found: string | null;
};

/** What is encrypted under a name. */
export async function sealedConnection(sql: Queries, name: string): Promise<Sealed | undefined> {
  const [row] = await sql<SealedRow[]>`
    select key, sealed from engine.connection where name = ${name}`;
  return row && sealedOf(row);
}

type SealedRow = { readonly key: string; readonly sealed: Uint8Array };
const sealedOf = ({ key, sealed }: SealedRow): Sealed => ({ key, bytes: new Uint8Array(sealed) });

/** Keeps a connection; gives false, and keeps what was there, if there is one and it is not to be replaced. */
export async function keepConnection(
  sql: Queries,
  c: Pick<KeptConnection, "name" | "kind" | "host" | "login" | "changedBy"> & {
    readonly sealed: Sealed;
  },
  replace: boolean,
): Promise<boolean> {
  const { name, kind, host, login, changedBy, sealed } = c;
  const done = await sql`
    insert into engine.connection as kept (name, kind, host, login, key, sealed, changed_by)
    values (${name}, ${kind}, ${host}, ${login}, ${sealed.key}, ${sealed.bytes}, ${changedBy})
    on conflict (name) do update set kind = excluded.kind, host = excluded.host, login = excluded.login,
      key = excluded.key, sealed = excluded.sealed, updated_at = now(), changed_by = excluded.changed_by,
      tested_at = null, reached = null, found = null
    where ${replace}`;
  return done.count === 1;
}

/** Removes a connection; gives whether there was one. */
export async function removeConnection(sql: Queries, name: string): Promise<boolean> {
  return (await sql`delete from engine.connection where name = ${name}`).count === 1;
}

/** Remembers what a test found. */
export async function noteTest(sql: Queries, name: string, test: ConnectionTest): Promise<void> {
  await sql`update engine.connection set tested_at = ${test.at}, reached = ${test.reached}, found = ${test.found}
    where name = ${name}`;
}

/**
 * Encrypts a connection again, in a transaction of its own: who reads meanwhile gets what was or what will be, with the
 * key that belongs to it. Gives false if another key is not needed, or the connection is gone.
 */
export async function sealAgain(
  sql: Sql,
  name: string,
  newest: string,
  again: (sealed: Sealed) => Promise<Sealed>,
): Promise<boolean> {
  return await sql.begin(async (tx) => {
    const [row] = await tx<SealedRow[]>`
      select key, sealed from engine.connection where name = ${name} and key <> ${newest} for update`;
    if (row === undefined) return false;
    const { key, bytes } = await again(sealedOf(row));
    await tx`update engine.connection set key = ${key}, sealed = ${bytes} where name = ${name}`;
    return true;
  });
}
