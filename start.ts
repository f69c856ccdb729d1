// deno-lint-ignore-file no-console
/**
 * Starts the server or a worker with the rights that it needs and no others.
 *
 * This process has all rights and runs no code of assets or sensors: it starts the embedded PostgreSQL, which needs the
 * account of another user, and then the program. `--print` only prints the flags, one a line.
 *
 * @module
 */
import { basename, fromFileUrl } from "@std/path";
import { type Part, rightsOf } from "./rights.ts";
import { SMALL } from "./supervisor.ts";
import { surroundings } from "./surroundings.ts";

const PARTS: Readonly<Record<string, Exclude<Part, "step">>> = {
  "server.ts": "server",
  "worker.ts": "worker",
};

/** The flags of a program of this project. @throws {RangeError} If it is none that is started so. */
function flagsOf(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): readonly string[] {
  const part = PARTS[program];
  if (part === undefined) {
    throw new RangeError(
      `Cannot start "${program}": it is neither ${Object.keys(PARTS).join(" nor ")}`,
    );
  }
  const found = surroundings(env, part === "server" ? listenOf(args, env) : undefined);
  return [...rightsOf(part, found), SMALL];
}

/** Where the server will listen, by the same words and variables. */
function listenOf(args: readonly string[], env: Readonly<Record<string, string>>): string {
  const word = (name: string) => {
    const at = args.findLastIndex((arg) => arg === name || arg.startsWith(`${name}=`));
    return args[at]?.includes("=") ? args[at]?.slice(name.length + 1) : args[at + 1 || Infinity];
  };
  const set = (name: string) => env[name] || Deno.env.get(name) || undefined;
  const host = word("--host") ?? set("AURORA_HOST") ?? "127.0.0.1";
  const port = word("--port") ?? set("AURORA_PORT") ?? "8081";
  return `${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${port}`;
}

/** Starts a program and stays until it has ended; gives its exit code. */
async function main([named = "server.ts", ...args]: readonly string[]): Promise<number> {
  const program = basename(named);
  if (args.includes("--print")) {
    console.log(flagsOf(program, args.filter((arg) => arg !== "--print"), {}).join("\n"));
    return 0;
  }
  const isHelp = args.includes("--help");
  // Whatever was said before it was known to whom is not lost.
  const signals = caught();
  if (!isHelp) await fetched();
  const { env, stop } = isHelp ? { env: {}, stop: async () => {} } : await database();
  await using _sockets = await sockets(program, env);
  const flags = ["run", ...flagsOf(program, args, env)];
  const script = fromFileUrl(new URL(program, import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: [...flags, script, ...args],
    // Deno lets no process with few rights start others while the loader is told where to look for libraries.
    env: { ...env, LD_LIBRARY_PATH: "" },
  })
    .spawn();
  signals.giveTo(child);
  const { code } = await child.status;
  await stop();
  return code;
}

/** The first time the packages are fetched before the rights are computed, since some of them are in the rights. */
async function fetched(): Promise<void> {
  if (surroundings({}).esbuild !== undefined) return;
  const names = [...Object.keys(PARTS), "step_process.ts"];
  const paths = names.map((name) => fromFileUrl(new URL(name, import.meta.url)));
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", ...paths],
    stdin: "null",
  }).spawn().status;
  if (!success) {
    throw new Error("Cannot start: the packages could not be fetched, the reason is above");
  }
}

interface Database {
  readonly env: Record<string, string>;
  stop(): Promise<void>;
}

/** The embedded PostgreSQL, if no other is named. */
async function database(): Promise<Database> {
  const env = (name: string) => Deno.env.get(name) ?? "";
  if (env("DATABASE_URL") !== "") return { env: {}, stop: async () => {} };
  // Where the address of the database may stand besides: as a connection.
  const named = [
    ...["AURORA", "AIRFLOW"].map((whose) => `${whose}_CONN_AURORA_POSTGRES`),
    "AURORA_CONNECTIONS_FILE",
    "AURORA_AWS_SECRETS_PREFIX",
  ].some((name) => env(name) !== "");
  if (named) {
    const { databaseAddress } = await import("./connections.ts");
    const url = await databaseAddress(env);
    if (url !== "") return { env: { DATABASE_URL: url }, stop: async () => {} };
  }
  const { startEmbedded } = await import("./adapters/postgres/embedded/start.ts");
  const embedded = await startEmbedded({ directory: env("AURORA_DIRECTORY") || ".aurora" });
  return {
    env: { DATABASE_URL: embedded.url, AURORA_EMBEDDED: "1" },
    stop: () => embedded.stop(),
  };
}

/** A folder for the sockets of a worker, which only this user may enter; it goes with the worker. */
async function sockets(program: string, env: Record<string, string>): Promise<AsyncDisposable> {
  if (PARTS[program] !== "worker") return { [Symbol.asyncDispose]: async () => {} };
  const folder = await Deno.makeTempDir({ prefix: "aurora_" });
  env["AURORA_STEP_SOCKETS"] = folder;
  return { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

/** Signals that end the program are for the program; Ctrl-C of a terminal reaches it by itself. */
function caught(): { giveTo(child: Deno.ChildProcess): void } {
  let child: Deno.ChildProcess | undefined;
  let early = false;
  const give = (signal: Deno.Signal) => {
    try {
      child?.kill(signal);
    } catch {
      // It has ended already.
    }
  };
  Deno.addSignalListener("SIGTERM", () => {
    early = true;
    give("SIGTERM");
  });
  Deno.addSignalListener("SIGINT", () => {});
  return {
    giveTo(started) {
      child = started;
      if (early) give("SIGTERM");
    },
  };
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
