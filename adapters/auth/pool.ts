/** The pool of PostgreSQL that this program has, as Kysely wants it. @module */
import type { PostgresPool, PostgresPoolClient } from "kysely";

/** Rows with what the server said about the statement. */
interface Rows extends ReadonlyArray<Record<string, unknown>> {
  readonly command: string;
  readonly count: number;
}

/** What is needed of a pool of `npm:postgres`. */
export interface Pool {
  /** One connection for a while. */
  reserve(): Promise<Connection>;
}

/** A connection until it is released. */
export interface Connection {
  unsafe(text: string, parameters: never[]): PromiseLike<Rows>;
  release(): void;
}

/** Kysely speaks to it as to `pg`. Closing it is left to its owner. */
export function kyselyPool(pool: Pool): PostgresPool {
  return {
    connect: async () => client(await pool.reserve()),
    end: () => Promise.resolve(),
    options: {},
  };
}

function client(connection: Connection): PostgresPoolClient {
  const query = async (text: string, parameters: readonly unknown[]) => {
    const rows = await connection.unsafe(text, [...parameters] as never[]);
    return { command: rows.command, rowCount: rows.count, rows: rows.map(plain) };
  };
  return { query, release: () => connection.release() } as unknown as PostgresPoolClient;
}

/** int8 as a number: better-auth counts milliseconds in it. */
const plain = (row: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(row).map(([name, v]) => [name, typeof v === "bigint" ? Number(v) : v]),
  );
