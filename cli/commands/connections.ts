/**
 * `connections`: what is encrypted in the database. Secrets go in, and out into a file; none is ever printed.
 *
 * @module
 */
import {
  keptConnections,
  noteTest,
  removeConnection,
} from "../../adapters/postgres/connections/kept.ts";
import { parseConnection, printConnection } from "../../adapters/secrets/airflow_json.ts";
import { connectionsIn } from "../../adapters/secrets/places.ts";
import { knownName } from "../../adapters/secrets/parts.ts";
import { keep, kept, placesOf, rotateAll } from "../../connections.ts";
import { privateHosts } from "../../reach/mod.ts";
import { EXIT, type Run, UsageError } from "../command.ts";
import { atDesk, type Desk, writePrivate } from "../desk.ts";
import { paintStatus } from "../io.ts";
import { table } from "../table.ts";
import { json } from "../with_app.ts";
import { many, timeOf } from "../words.ts";
import { importFile } from "./import_connections.ts";

type Action = (desk: Desk, ...words: string[]) => Promise<number>;

/** What can be done, and with how many words. */
const ACTIONS: { readonly [name: string]: readonly [action: Action, least: number, most: number] } =
  {
    list: [list, 0, 0],
    add: [add, 1, 2],
    test: [test, 1, 1],
    rotate: [rotate, 0, 0],
    export: [exportAll, 1, 1],
    import: [(desk, file) => importFile(desk, file!, "connections"), 1, 1],
    remove: [remove, 1, 1],
  };

/** Does one of the actions; `list` unless told. */
export const connections: Run = async (setting) => {
  const [name = "list", ...words] = setting.called.words;
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined) {
    const known = Object.keys(ACTIONS).join(", ");
    throw new UsageError(`Cannot do "${name}" with connections: it is one of ${known}`);
  }
  const [act, least, most] = action;
  if (words.length < least || words.length > most) {
    throw new UsageError(
      `Cannot call "connections ${name}" with ${words.length} words: see --help`,
    );
  }
  return await atDesk(setting, (desk) => act(desk, ...words));
};

async function list({ sql, io, called }: Desk): Promise<number> {
  const found = await keptConnections(sql);
  if (called.on("json")) {
    io.out(json(found));
    return EXIT.ok;
  }
  const rows = found.map((c) => [
    c.name,
    c.kind,
    c.host ?? "-",
    c.login ?? "-",
    c.key,
    c.test === null
      ? "never"
      : `${paintStatus(io, c.test.reached ? "ok" : "failed")} ${timeOf(c.test.at.toISOString())}`,
  ]);
  table(io, ["NAME", "KIND", "HOST", "LOGIN", "KEY", "TESTED"], rows).forEach((line) =>
    io.out(line)
  );
  io.out(many(found.length, "connection"));
  return EXIT.ok;
}

async function add(desk: Desk, name: string, address?: string): Promise<number> {
  const connection = parseConnection(name, address ?? await fromInput());
  const replace = desk.called.on("replace");
  if (!await keep(desk, connection, replace)) {
    throw new UsageError(
      `Cannot add connection "${name}": there is one, --replace takes its place`,
    );
  }
  await desk.audit("connections add", name);
  desk.io.out(`Connection "${name}" (${connection.kind}) is kept, encrypted`);
  return EXIT.ok;
}

/** What is written to standard input, without the end of its last line. */
async function fromInput(): Promise<string> {
  if (Deno.stdin.isTerminal()) {
    throw new UsageError(
      'Cannot read the address: give it on standard input, as in "connections add NAME < FILE", or as a word',
    );
  }
  return (await new Response(Deno.stdin.readable).text()).replace(/\r?\n$/, "");
}

async function test(desk: Desk, name: string): Promise<number> {
  const { tryConnection } = await import("../../try_connection.ts");
  const { sql, io, env, called } = desk;
  const connection = await connectionsIn(placesOf(env, () => sql))(name);
  const limitMs = 1000 * secondsOf(called.text("seconds"));
  const at = new Date();
  const tried = await tryConnection(connection, {
    limitMs,
    privateHosts: privateHosts(env("AURORA_PRIVATE_HOSTS")),
    env,
  });
  await noteTest(sql, name, { at, ...tried });
  if (called.on("json")) io.out(json({ name, kind: connection.kind, at, ...tried }));
  else io.out(`${paintStatus(io, tried.reached ? "ok" : "failed")} ${name}: ${tried.found}`);
  return tried.reached ? EXIT.ok : EXIT.failure;
}

function secondsOf(text = "10"): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 300) return seconds;
  throw new UsageError(`Cannot wait "${text}" seconds: it is a number above 0 and up to 300`);
}

async function rotate(desk: Desk): Promise<number> {
  const { io } = desk;
  const { key, rotated, problems } = await rotateAll(desk);
  await desk.audit("connections rotate", key);
  for (const problem of problems) io.err(problem);
  io.out(
    `${many(rotated, "connection")} encrypted again by key ${key}` +
      (problems.length ? `, ${problems.length} not` : ""),
  );
  return problems.length ? EXIT.failure : EXIT.ok;
}

async function exportAll(desk: Desk, file: string): Promise<number> {
  const { sql, io, called } = desk;
  const all: { [name: string]: unknown } = {};
  for (const { name } of await keptConnections(sql)) {
    const connection = await kept(desk, name);
    if (connection) all[name] = printConnection(connection);
  }
  await desk.audit("connections export", file);
  await writePrivate(file, `${JSON.stringify(all, null, 2)}\n`, called.on("replace"));
  io.out(`${many(Object.keys(all).length, "connection")} written to "${file}", with their secrets`);
  return EXIT.ok;
}

async function remove({ sql, io, audit }: Desk, name: string): Promise<number> {
  const { nearest, UnknownName } = await import("engine");
  if (!await removeConnection(sql, knownName(name))) {
    const names = (await keptConnections(sql)).map((c) => c.name);
    throw new UnknownName("connection", name, nearest(name, names));
  }
  await audit("connections remove", name);
  io.out(`Connection "${name}" is removed`);
  return EXIT.ok;
}
