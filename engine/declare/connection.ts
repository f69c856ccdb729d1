/**
 * Connections: where something is and by which secrets it is reached, under a name that code may speak of.
 *
 * @module
 */
import type { Json } from "./store.ts";

/** Extras of a connection, by name: `{ sslmode: "require" }`. */
export type ConnectionExtra = { readonly [name: string]: Json };

/** One connection. What is not given is null; no text is empty. */
export interface Connection {
  /** `aurora_postgres`. */
  readonly name: string;
  /** What is connected to, in small letters: `postgres`, `redis`, `kafka`, `http`, `smtp`, `s3`, `aws` or any other. */
  readonly kind: string;
  /** A host name, an IP address, a path of a socket, or of Kafka `host:port` with commas between. */
  readonly host: string | null;
  /** 1 to 65535. */
  readonly port: number | null;
  /** A user, or the id of an access key. */
  readonly login: string | null;
  /** Secret. */
  readonly password: string | null;
  /** The database, the number of a Redis database, the bucket, or the path. */
  readonly schema: string | null;
  /** Everything else; may hold secrets. */
  readonly extra: ConnectionExtra;
}

/** Gives a connection by its name. */
export type Connections = (name: string) => Promise<Connection>;

/**
 * There is no connection of this name.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { UnknownConnection } from "engine";
 *
 * const error = new UnknownConnection("warehouse", ["environment", "database"]);
 * assertEquals(error.message.startsWith('Cannot find connection "warehouse"'), true);
 * ```
 */
export class UnknownConnection extends Error {
  /** Survives minification. */
  override readonly name = "UnknownConnection";
  /** `looked` are the places where it was looked for. */
  constructor(readonly connection: string, readonly looked: readonly string[]) {
    super(
      `Cannot find connection "${connection}": it is not in ${looked.join(", ") || "any place"}; ` +
        `add it by "deno task connections add ${connection}"`,
    );
  }
}

/** For programs that were given none: knows no connection. */
export const noConnections: Connections = (name): Promise<never> =>
  Promise.reject(new UnknownConnection(name, []));
