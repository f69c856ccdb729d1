/**
 * The connection that assets are lent.
 *
 * @module
 */
import type postgres from "postgres";

/** A pool of connections; int8 is `bigint`. */
export type Sql = postgres.Sql<{ bigint: bigint }>;
/** The same within one transaction. */
export type Transaction = postgres.TransactionSql<{ bigint: bigint }>;
/** Either of the two: for whatever only runs statements. */
export type Queries = postgres.ISql<{ bigint: bigint }>;
/** A part of a statement, or a statement that nobody has awaited yet. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>;
