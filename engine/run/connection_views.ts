/**
 * Connections as people see them: never a secret.
 *
 * @module
 */
import type { ConnectionExtra } from "../declare/connection.ts";

/** What a test of a connection found. */
export interface ConnectionTestView {
  /** When; ISO 8601, UTC. */
  readonly at: string;
  /** Whether it was reached and let us in. */
  readonly reached: boolean;
  /** A version, or the reason. */
  readonly found: string;
}

/** A connection in one place. */
export interface ConnectionView {
  readonly name: string;
  /** `postgres`; null if what is there cannot be read. */
  readonly kind: string | null;
  readonly host: string | null;
  readonly login: string | null;
  /** Where it is; only what is in the database can be changed here. */
  readonly from: "environment" | "file" | "database";
  /** The place that decides in its stead; null if this one is used. */
  readonly overriddenBy: "environment" | "file" | null;
  /** Id of the key that encrypted it; null outside of the database. */
  readonly key: string | null;
  /** When it was changed; null outside of the database. */
  readonly changedAt: string | null;
  /** Who changed it; null outside of the database, or if nobody wrote it down. */
  readonly changedBy: string | null;
  /** The last test; null if there was none since it was changed. */
  readonly test: ConnectionTestView | null;
  /** Why it cannot be used; null if it can. */
  readonly problem: string | null;
}

/** A key, and what it encrypted. */
export interface ConnectionKeyView {
  /** Made of the key, and tells nothing of it. */
  readonly id: string;
  /** Whether this program has it. */
  readonly known: boolean;
  /** Whether it encrypts. */
  readonly newest: boolean;
  /** How many connections it encrypted. */
  readonly connections: number;
}

/** All connections, and by which keys they are encrypted. */
export interface ConnectionsView {
  readonly connections: readonly ConnectionView[];
  readonly keys: readonly ConnectionKeyView[];
  /** Why there are no keys; null if there are. */
  readonly keysProblem: string | null;
  /** Places that are asked by name only, so that what they have is not listed. */
  readonly unlisted: readonly string[];
}

/** What is new of a connection: what is not given stays, null takes it away. */
export interface ConnectionChange {
  readonly kind?: string | undefined;
  readonly host?: string | null | undefined;
  readonly port?: number | null | undefined;
  readonly login?: string | null | undefined;
  readonly password?: string | null | undefined;
  readonly schema?: string | null | undefined;
  readonly extra?: ConnectionExtra | null | undefined;
}

/** How a connection is changed. */
export interface ConnectionChangeOptions {
  /** Whether one is changed that is there, rather than a new one made. */
  readonly replace: boolean;
  /** Who changes it. */
  readonly by: string;
}

/** What became of encrypting all again. */
export interface ConnectionRotationView {
  /** Id of the newest key. */
  readonly key: string;
  /** How many were encrypted again. */
  readonly rotated: number;
  /** Why others could not be. */
  readonly problems: readonly string[];
}

/**
 * Looking after connections. What is not there is an `UnknownName`, what cannot be read a `TypeError` or `RangeError`
 * that never quotes it.
 */
export interface ConnectionDesk {
  /** Connections of all places that can be listed. */
  list(): Promise<ConnectionsView>;
  /** Keeps a connection in the database; undefined if a new one has the name of one that is there. */
  change(
    name: string,
    change: ConnectionChange,
    options: ConnectionChangeOptions,
  ): Promise<ConnectionView | undefined>;
  /** Removes one from the database. */
  remove(name: string): Promise<void>;
  /** Really connects and logs in, from whichever place has it. */
  test(name: string): Promise<ConnectionTestView>;
  /** Encrypts all again by the newest key. */
  rotate(): Promise<ConnectionRotationView>;
}

/** Looking after connections, as a part of the service. */
export interface ConnectionService {
  readonly connections: ConnectionDesk;
}

const none = (): Promise<never> =>
  Promise.reject(new RangeError("Cannot look after connections: this program was given none"));

/** For services that were given none: each question is an error. */
export const noDesk: ConnectionDesk = {
  list: none,
  change: none,
  remove: none,
  test: none,
  rotate: none,
};
