/**
 * `import:airflow` and `connections import`: connections and variables from files that Airflow exports.
 *
 * @module
 */
import { parseConnection } from "../../adapters/secrets/airflow_json.ts";
import { environmentLine, printLine, readExport } from "../../adapters/secrets/export_file.ts";
import { keep } from "../../connections.ts";
import { EXIT, type Run, UsageError } from "../command.ts";
import { atDesk, type Desk, writePrivate } from "../desk.ts";
import { unusable } from "../files.ts";
import { table } from "../table.ts";
import { json } from "../with_app.ts";
import { many } from "../words.ts";

/** What became of one entry. */
interface Taken {
  readonly name: string;
  readonly taken: boolean;
  /** What was done, or why nothing was. */
  readonly outcome: string;
}

/** `import:airflow FILE`: says what it did with each entry, and fails if one could not be taken. */
export const importAirflow: Run = (setting) =>
  atDesk(
    setting,
    (desk) => importFile(desk, setting.called.words[0]!, asOf(setting.called.text("as"))),
  );

function asOf(text: string | undefined): "connections" | "variables" | undefined {
  if (text === undefined || text === "connections" || text === "variables") return text;
  throw new UsageError(`Cannot read a file as "${text}": it is "connections" or "variables"`);
}

/** Reads a file into the database, or variables into a file of the environment. */
export async function importFile(
  desk: Desk,
  file: string,
  as: "connections" | "variables" | undefined,
): Promise<number> {
  const { io, called } = desk;
  const text = await Deno.readTextFile(file).catch((cause) => {
    throw cause instanceof Deno.errors.NotFound
      ? new UsageError(`Cannot read "${file}": there is no such file`)
      : unusable("read", file, cause);
  });
  const found = readExport({ file, text, as });
  const taken = found.of === "connections"
    ? await takeConnections(desk, found.entries)
    : await takeVariables(desk, found.entries);
  const left = taken.filter((t) => !t.taken).length;
  if (called.on("json")) io.out(json({ of: found.of, taken }));
  else {
    const rows = taken.map((t) => [t.taken ? "taken" : "left", t.name, t.outcome]);
    table({ ...io, columns: 10_000 }, ["", "NAME", "WHAT"], rows).forEach((line) => io.out(line));
    io.out(`${taken.length - left} of ${many(taken.length, found.of.slice(0, -1))} taken`);
  }
  return left ? EXIT.failure : EXIT.ok;
}

async function takeConnections(
  desk: Desk,
  entries: ReadonlyMap<string, unknown>,
): Promise<readonly Taken[]> {
  const taken: Taken[] = [];
  for (const [name, given] of entries) {
    taken.push(await orWhy(name, () => takeOne(desk, name, given)));
  }
  return taken;
}

async function takeOne(desk: Desk, name: string, given: unknown): Promise<Taken> {
  const connection = parseConnection(name, given);
  const note = await noteOn(connection);
  const { called } = desk;
  if (called.on("dry-run")) {
    return { name, taken: true, outcome: `would be kept as ${connection.kind}${note}` };
  }
  if (await keep(desk, connection, called.on("replace"))) {
    await desk.audit("connections import", name);
    return { name, taken: true, outcome: `kept as ${connection.kind}, encrypted${note}` };
  }
  return { name, taken: false, outcome: "there is one of this name, --replace takes its place" };
}

/** What the drivers of this program would say, so that it is heard now. */
async function noteOn(connection: ReturnType<typeof parseConnection>): Promise<string> {
  const { addressOf, awsOf } = await import("../../adapters/secrets/address.ts");
  const { kafkaOf } = await import("../../adapters/secrets/kafka.ts");
  const reads: { readonly [kind: string]: (c: typeof connection) => unknown } = {
    kafka: kafkaOf,
    aws: awsOf,
    s3: awsOf,
    ...Object.fromEntries(
      [
        ...["postgres", "http", "https", "smtp", "smtps"],
        ...[
          "redis",
          "rediss",
          "redis_sentinel",
          "rediss_sentinel",
          "redis_cluster",
          "rediss_cluster",
        ],
      ].map((k) => [k, addressOf]),
    ),
  };
  const read = reads[connection.kind];
  if (connection.kind === "generic") {
    return '; "generic" is what Airflow writes without the provider of a kind: add it again as what it is';
  }
  if (read === undefined) return "; no driver here, code may read it";
  try {
    read(connection);
    return "";
  } catch (error) {
    if (error instanceof TypeError) return `; but: ${error.message}`;
    throw error;
  }
}

/** A refusal is the outcome of its entry, and the others go on. */
async function orWhy(name: string, take: () => Promise<Taken>): Promise<Taken> {
  try {
    return await take();
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    return { name, taken: false, outcome: error.message };
  }
}

/** Variables are configuration, and that is the environment here. */
async function takeVariables(
  { called }: Desk,
  entries: ReadonlyMap<string, Parameters<typeof environmentLine>[1]>,
): Promise<readonly Taken[]> {
  const file = called.text("env");
  const seen = new Map<string, string>();
  const written: string[] = [];
  const taken: Taken[] = [];
  for (const [key, value] of entries) {
    taken.push(
      await orWhy(key, () => {
        const line = environmentLine(key, value);
        const before = seen.get(line.name);
        if (before !== undefined) {
          throw new SyntaxError(`"${before}" and "${key}" would both be the variable ${line.name}`);
        }
        const text = printLine(line);
        if (file === undefined) {
          throw new SyntaxError(`it would be the variable ${line.name}: name a file by --env FILE`);
        }
        seen.set(line.name, key);
        written.push(text);
        const outcome = called.on("dry-run") ? "would be" : "written as";
        return Promise.resolve({ name: key, taken: true, outcome: `${outcome} ${line.name}` });
      }),
    );
  }
  if (file !== undefined && !called.on("dry-run")) {
    await writePrivate(file, written.map((line) => `${line}\n`).join(""), called.on("replace"));
  }
  return taken;
}
