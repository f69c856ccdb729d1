/** Connections as people look after them, in the API and on the page. @module */
import {
  type Connection,
  type ConnectionChange,
  type ConnectionDesk,
  type ConnectionKeyView,
  type ConnectionsView,
  type ConnectionView,
  masked,
  nearest,
  UnknownConnection,
  UnknownName,
} from "engine";
import {
  type KeptConnection,
  keptConnections,
  noteTest,
  removeConnection,
} from "./adapters/postgres/connections/kept.ts";
import type { Sql } from "./adapters/postgres/connect.ts";
import { parseConnection, printConnection } from "./adapters/secrets/airflow_json.ts";
import { KeyError } from "./adapters/secrets/key_ring.ts";
import type { Keys } from "./adapters/secrets/keys_from_env.ts";
import { knownName, shownHost } from "./adapters/secrets/parts.ts";
import {
  connectionsIn,
  environmentPlace,
  filePlace,
  type Place,
} from "./adapters/secrets/places.ts";
import { told } from "./adapters/secrets/tell.ts";
import { keep, kept, rotateAll } from "./connections.ts";
import { privateHosts } from "./reach/mod.ts";

/** What a desk stands on. */
export interface DeskOptions {
  readonly sql: Sql;
  readonly keys: Keys;
  /** All places in their order. */
  readonly places: readonly Place[];
  env(name: string): string;
  /** Names of all variables that are set. */
  readonly variables: readonly string[];
  readonly now: () => Date;
}

/** Looks after the connections of the database, and shows those of environment and file. */
export function connectionDesk(o: DeskOptions): ConnectionDesk {
  return {
    list: () => said(() => list(o)),
    change: (name, change, { replace, by }) =>
      said(async () => {
        const next = await changed(o, name, change, replace);
        if (!await keep({ ...o, by }, next, replace)) return undefined;
        return (await list(o)).connections.find((c) => c.name === name && c.from === "database");
      }),
    remove: (name) =>
      said(async () => {
        if (!await removeConnection(o.sql, knownName(name))) throw await unknown(o, name);
      }),
    test: (name) => said(() => test(o, name)),
    rotate: () =>
      said(async () => {
        const { rotated, problems, key } = await rotateAll(o);
        return { rotated, key, problems: problems.map(masked) };
      }),
  };
}

/** What the caller, or who set the program up, can repair is told as what it is: no fault of the program. */
async function said<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof KeyError) {
      throw new TypeError(error.message, { cause: error });
    }
    throw error;
  }
}

async function unknown(o: DeskOptions, name: string): Promise<UnknownName> {
  const names = (await keptConnections(o.sql)).map((c) => c.name);
  return new UnknownName("connection", name, nearest(name, names));
}

async function changed(
  o: DeskOptions,
  name: string,
  change: ConnectionChange,
  replace: boolean,
): Promise<Connection> {
  knownName(name);
  const before = replace ? await kept(o, name) : undefined;
  if (replace && before === undefined) throw await unknown(o, name);
  const { kind, ...rest } = change;
  const given = Object.fromEntries(Object.entries(rest).filter(([, v]) => v !== undefined));
  const conn_type = kind ?? before?.kind;
  if (conn_type === undefined) {
    throw new TypeError(`Cannot add connection "${name}": its kind is missing, such as "postgres"`);
  }
  return parseConnection(name, { ...(before && printConnection(before)), ...given, conn_type });
}

async function test(o: DeskOptions, name: string) {
  const { tryConnection } = await import("./try_connection.ts");
  const connection = await connectionsIn(o.places)(name).catch(async (error) => {
    throw error instanceof UnknownConnection ? await unknown(o, name) : error;
  });
  const at = o.now();
  const allowed = privateHosts(o.env("AURORA_PRIVATE_HOSTS"));
  const tried = await tryConnection(connection, { privateHosts: allowed, env: o.env });
  // What another place has says nothing of what is kept under the same name.
  if (await decider(name, outsideOf(o)) === null) await noteTest(o.sql, name, { at, ...tried });
  return { at: at.toISOString(), ...tried };
}

/** A place outside of the database, by the word that people read. */
interface Outside {
  readonly from: "environment" | "file";
  readonly place: Place;
}

function outsideOf(o: DeskOptions): readonly Outside[] {
  const file = o.env("AURORA_CONNECTIONS_FILE");
  return [
    { from: "environment", place: environmentPlace(o.env, o.variables) },
    ...(file === "" ? [] : [{ from: "file", place: filePlace(file) } as const]),
  ];
}

async function list(o: DeskOptions): Promise<ConnectionsView> {
  const outside = outsideOf(o);
  const [rows, keys, ...found] = await Promise.all([
    keptConnections(o.sql),
    keysOf(o),
    ...outside.map((place, i) => listed(place, outside.slice(0, i))),
  ]);
  const inside = rows.map(async (row) => keptView(row, await decider(row.name, outside)));
  return {
    connections: [...found.flat(), ...await Promise.all(inside)]
      .toSorted((a, b) => a.name < b.name ? -1 : 1),
    keys: keysView(rows, keys.ids),
    keysProblem: keys.problem,
    unlisted: o.places.filter((p) => p.names === undefined && p.name !== "database")
      .map((p) => p.name),
  };
}

/** Everything that a place outside of the database has. */
async function listed({ from, place }: Outside, before: readonly Outside[]) {
  const names = await place.names?.() ?? [];
  return await Promise.all(names.map(async (name) => {
    const overriddenBy = await decider(name, before);
    return { ...await shown(name, place), from, overriddenBy };
  }));
}

/** Which of these places has a connection first. */
async function decider(name: string, places: readonly Outside[]): Promise<Outside["from"] | null> {
  for (const { from, place } of places) if (await place.find(name) !== undefined) return from;
  return null;
}

const nothing = { key: null, changedAt: null, changedBy: null, test: null } as const;

/** One of a place outside of the database, as far as it can be read. */
async function shown(name: string, place: Place) {
  try {
    const { kind, host, login } = told(parseConnection(name, await place.find(name)));
    return { ...nothing, name, kind, host: shownHost(host), login, problem: null };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    return { ...nothing, name, kind: null, host: null, login: null, problem: error.message };
  }
}

function keptView(
  { name, kind, host, login, key, updatedAt, changedBy, test }: KeptConnection,
  overriddenBy: ConnectionView["overriddenBy"],
): ConnectionView {
  return {
    ...{ name, kind, host, login, key, changedBy, overriddenBy, from: "database", problem: null },
    changedAt: updatedAt.toISOString(),
    test: test && { ...test, at: test.at.toISOString() },
  };
}

async function keysOf(o: DeskOptions) {
  try {
    return { ids: (await o.keys.ring()).ids, problem: null };
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    return { ids: [], problem: error.message };
  }
}

/** Keys of the program, newest first, then those that only rows know. */
function keysView(
  rows: readonly KeptConnection[],
  ids: readonly string[],
): readonly ConnectionKeyView[] {
  const all = [...new Set([...ids, ...rows.map((row) => row.key)])];
  return all.map((id) => ({
    id,
    known: ids.includes(id),
    newest: id === ids[0],
    connections: rows.filter((row) => row.key === id).length,
  }));
}
