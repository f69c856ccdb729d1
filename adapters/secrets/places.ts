/** Places where connections are looked for, one after the other. @module */
import { type Connection, type Connections, secret, UnknownConnection } from "engine";
import { parseConnection } from "./airflow_json.ts";
import { knownName } from "./parts.ts";
import { told } from "./tell.ts";

/** A place where connections are. */
export interface Place {
  /** `environment`; used in messages. */
  readonly name: string;
  /** An address, JSON or a connection; undefined if there is none of this name. */
  find(name: string): Promise<unknown>;
  /** Names of all that it has, where they can be told. */
  names?(): Promise<readonly string[]>;
}

/**
 * Looks in one place after the other; the first that has it decides. What is found is masked from then on.
 *
 * @throws {UnknownConnection} The function, if no place has it.
 * @throws {SyntaxError} The function, if what is there cannot be read; it names the place.
 */
export function connectionsIn(places: readonly Place[]): Connections {
  return async (name) => {
    const found = await findIn(places, name);
    if (found) return found;
    throw new UnknownConnection(name, places.map((p) => p.name));
  };
}

/** The same for what may be missing. */
export async function findIn(
  places: readonly Place[],
  name: string,
): Promise<Connection | undefined> {
  knownName(name);
  for (const place of places) {
    const given = await place.find(name);
    if (given === undefined) continue;
    try {
      return told(parseConnection(name, given));
    } catch (error) {
      if (error instanceof SyntaxError) error.message += ` (it is in the ${place.name})`;
      throw error;
    }
  }
  return undefined;
}

/** Beginnings of names of variables, ours first. */
const PREFIXES = ["AURORA_CONN_", "AIRFLOW_CONN_"];

/** The variables in which a connection may be: `AURORA_CONN_WAREHOUSE`, then `AIRFLOW_CONN_WAREHOUSE`. */
export const variablesOf = (name: string): readonly string[] =>
  PREFIXES.map((prefix) => prefix + name.toUpperCase().replaceAll(/[^A-Z0-9_]/g, "_"));

/** The environment; `variables` are the names of all that is set, and are needed to list connections only. */
export function environmentPlace(
  env: (name: string) => string,
  variables: readonly string[] = [],
): Place {
  return {
    name: "environment",
    names: () => Promise.resolve([...new Set(variables.flatMap((v) => nameIn(v, env(v)) ?? []))]),
    find: (name) => Promise.resolve(variablesOf(name).map(env).find((value) => value !== "")),
  };
}

/**
 * Masks the keys and the secrets of all connections of an environment, also of those that nobody asks for. Gives a sentence for each
 * that cannot be used.
 */
export function tellEnvironment(env: { readonly [name: string]: string }): readonly string[] {
  // Also where nothing is ever decrypted; one that is no key is told by whoever needs them.
  const keys = (env["AURORA_KEYS"] ?? "").split(/[\s,]+/).filter((key) => key.length > 8);
  for (const key of keys) secret(key);
  return Object.entries(env).flatMap(([variable, value]) => {
    const name = nameIn(variable, value);
    if (name === undefined) return [];
    try {
      told(parseConnection(name, value));
      return [];
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof RangeError) {
        return [`${error.message} (it is in ${variable})`];
      }
      throw error;
    }
  });
}

/** The name of the connection that a variable holds, as far as capitals tell. */
function nameIn(variable: string, value: string): string | undefined {
  const prefix = PREFIXES.find((p) => variable.startsWith(p) && variable.length > p.length);
  if (prefix === undefined || value === "") return undefined;
  return variable.slice(prefix.length).toLowerCase();
}

/**
 * A file of JSON, `{"warehouse": "postgres://…", "mail": {"conn_type": "smtp", …}}`; `file` is empty if there is none.
 * It is read whenever something is looked for, so that it may be changed while programs run.
 *
 * @throws {SyntaxError} Its function, if the file is no JSON object.
 * @throws {TypeError} Its function, if it cannot be read.
 */
export function filePlace(file: string): Place {
  return {
    name: `file "${file}"`,
    names: async () => Object.keys(objectOf(file, await textOf(file))),
    async find(name) {
      const all = objectOf(file, await textOf(file));
      return Object.hasOwn(all, name) ? all[name] : undefined;
    },
  };
}

async function textOf(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    throw new TypeError(
      `Cannot read connections from "${file}", which is in AURORA_CONNECTIONS_FILE`,
      { cause },
    );
  }
}

function objectOf(file: string, text: string): { readonly [name: string]: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The error of JSON.parse quotes what it reads: a secret, perhaps.
    throw new SyntaxError(`Cannot read connections from "${file}": it is not JSON`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as { readonly [name: string]: unknown };
  }
  throw new SyntaxError(`Cannot read connections from "${file}": it is not a JSON object`);
}
