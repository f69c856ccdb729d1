/** Files that `airflow connections export` and `airflow variables export` write. @module */
import type { Json } from "engine";
import { parse as parseYaml } from "yaml";

/** What a file holds; nothing of it is read yet. */
export type Exported =
  | { readonly of: "connections"; readonly entries: ReadonlyMap<string, unknown> }
  | { readonly of: "variables"; readonly entries: ReadonlyMap<string, Json> };

/** How a file is read. */
export interface ExportedFile {
  /** Its name; the ending tells the format: `.json`, `.yaml`, `.yml`, `.env`. */
  readonly file: string;
  /** What it holds. */
  readonly text: string;
  /** What is in it, if its content does not tell. */
  readonly as?: "connections" | "variables" | undefined;
}

/**
 * Reads an export. Of JSON and YAML it is one of connections if every entry has a `conn_type`, else one of variables;
 * an `.env` file holds connections, `name=address` or `name={…}` line by line.
 *
 * @throws {SyntaxError} If it is none. The message has nothing of what is in the file, but for the number of a line.
 */
export function readExport({ file, text, as }: ExportedFile): Exported {
  const refuse = (why: string) => new SyntaxError(`Cannot read "${file}": ${why}`);
  if (/(^|[./])env$/i.test(file)) {
    if (as === "variables") {
      throw refuse("variables are exported as JSON, and this is an .env file");
    }
    return { of: "connections", entries: lines(text, refuse) };
  }
  const value = /\.ya?ml$/i.test(file) ? yaml(text, refuse) : json(text, refuse);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refuse("it is not an object with a name for each entry");
  }
  const entries = new Map(Object.entries(value as { readonly [name: string]: Json }));
  const all = [...entries.values()];
  const isConnections = all.length > 0 && all.every((v) => isObject(v) && "conn_type" in v);
  return { of: as ?? (isConnections ? "connections" : "variables"), entries };
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

type Refuse = (why: string) => SyntaxError;

function lines(text: string, refuse: Refuse): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const equals = line.indexOf("=");
    if (equals < 1) throw refuse(`line ${i + 1} is not like "name=address"`);
    entries.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  return entries;
}

// The errors of both parsers quote what they read: a secret, perhaps.
function json(text: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse("it is not JSON; name it .yaml or .env if it is of that format");
  }
}

function yaml(text: string, refuse: Refuse): unknown {
  try {
    return parseYaml(text);
  } catch {
    throw refuse("it is not YAML");
  }
}

/** A variable of Airflow as an environment keeps it. */
export interface EnvironmentLine {
  /** `TRAINING_DAYS`. */
  readonly name: string;
  /** As text; what is no text is JSON. */
  readonly value: string;
}

/**
 * A variable as a line of an environment: its name in capitals with `_` for what is no letter or digit. Exports have the
 * value alone, or with a description beside it.
 *
 * @throws {SyntaxError} If its value has several lines: files of environments know one line only.
 */
export function environmentLine(key: string, given: Json): EnvironmentLine {
  const value = isObject(given) && "value" in given && "description" in given
    ? given["value"] as Json
    : given;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const name = key.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_").replace(/^(?=\d)/, "_");
  if (/[\r\n]/.test(text)) {
    throw new SyntaxError(
      `Cannot keep variable "${key}" in an environment: its value has several lines`,
    );
  }
  return { name, value: text };
}

/** `NAME='value'`, as Deno, Docker Compose and shells read it. @throws {SyntaxError} If it has both kinds of quotes. */
export function printLine({ name, value }: EnvironmentLine): string {
  if (/^[\w./:@%+,-]*$/.test(value)) return `${name}=${value}`;
  if (!value.includes("'")) return `${name}='${value}'`;
  if (!/["\\$`]/.test(value)) return `${name}="${value}"`;
  throw new SyntaxError(
    `Cannot keep "${name}" in an environment: its value has quotes of both kinds`,
  );
}
