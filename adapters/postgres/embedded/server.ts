import { join } from "@std/path";
import type { Account } from "./account.ts";
import { EmbeddedError, fault, WAY_OUT } from "./fault.ts";
import type { Place } from "./place.ts";
import { MAJOR } from "./platform.ts";
import { pause, type Postmaster, runningOn, serves } from "./postmaster.ts";

/** Name of the database and of its only user. */
export const NAME = "aurora";

/** Configuration given on the command line, so that a newer program's wishes hold at the next start. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_permissions: "0777", // who may log in is decided by the password
  max_connections: "100",
  shared_buffers: "128MB",
  // No replica ever reads this log: less to write, most of all for COPY into a new table.
  wal_level: "minimal",
  max_wal_senders: "0",
  jit: "off", // pays off after a second of query, costs tens of milliseconds at each plan
  timezone: "UTC",
  log_timezone: "UTC",
  log_line_prefix: "%m [%p] %a ",
  log_checkpoints: "off",
};

/** Makes the data directory if there is none. Half made ones are never seen under its name. */
export async function init(
  runtime: string,
  place: Place,
  password: string,
  account: Account | undefined,
): Promise<void> {
  const version = await Deno.readTextFile(join(place.data, "PG_VERSION")).catch(() => undefined);
  if (version !== undefined) return mustFit(version.trim(), place.data);
  const fresh = join(place.home, "data.new");
  const secrets = join(place.home, "password.new");
  await Deno.remove(fresh, { recursive: true }).catch(() => {});
  await Deno.mkdir(fresh, { mode: 0o700 });
  await Deno.writeTextFile(secrets, password, { mode: 0o600 });
  for (const path of account === undefined ? [] : [fresh, secrets]) {
    await Deno.chown(path, account?.uid ?? null, account?.gid ?? null);
  }
  const locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];
  const login = [`--username=${NAME}`, "--auth=scram-sha-256", `--pwfile=${secrets}`];
  // The password is 122 random bits: more iterations protect nothing and cost each connection time.
  const cheap = ["--set=scram_iterations=1"];
  const args = ["-D", fresh, ...login, "-E", "UTF8", ...locale, ...cheap, "--no-instructions"];
  try {
    await must(join(runtime, "bin/initdb"), args, "", account);
    const single = ["--single", "-D", fresh, "template1"];
    await must(join(runtime, "bin/postgres"), single, `create database ${NAME};\n`, account);
    await Deno.rename(fresh, place.data);
  } finally {
    await Deno.remove(secrets).catch(() => {});
    await Deno.remove(fresh, { recursive: true }).catch(() => {});
  }
}

function mustFit(version: string, data: string): void {
  if (version === MAJOR) return;
  throw new EmbeddedError(
    "version",
    `Cannot start PostgreSQL ${MAJOR}: "${data}" was made by PostgreSQL ${version}, back it up with the program ` +
      `that made it ("deno task backup"), move the folder away and restore, ${WAY_OUT}`,
  );
}

/** Runs one of PostgreSQL's programs to its end. */
async function must(
  program: string,
  args: readonly string[],
  input: string,
  account: Account | undefined,
): Promise<void> {
  const child = new Deno.Command(program, {
    ...account,
    args: [...args],
    cwd: "/",
    clearEnv: true,
    env: ENVIRONMENT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  const { success, stdout, stderr } = await child.output();
  if (success) return;
  const text = new TextDecoder();
  throw fault("create the database", `${text.decode(stdout)}\n${text.decode(stderr)}`);
}

const ENVIRONMENT = { LC_ALL: "C", PATH: "/usr/local/bin:/usr/bin:/bin" };

/** What {@link launch} needs to know. */
export type Launch = {
  readonly runtime: string;
  readonly place: Place;
  readonly port: number;
  readonly socket: string;
  readonly account: Account | undefined;
  readonly settings: Readonly<Record<string, string>>;
};

/**
 * Starts the server and waits until it takes connections.
 *
 * In a session of its own, so that Ctrl-C reaches the program first and PostgreSQL only through it; its log
 * goes to a file and not to us, so that it can go on without us.
 */
export async function launch(options: Launch): Promise<Postmaster> {
  const { runtime, place, port, socket, account } = options;
  const settings = {
    ...SETTINGS,
    ...options.settings,
    port: String(port),
    unix_socket_directories: socket,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const before = (await Deno.stat(place.log)).size;
  const child = new Deno.Command("/bin/sh", {
    ...account,
    args: [
      "-c",
      'log="$1"; shift; exec "$@" >>"$log" 2>&1',
      "sh",
      place.log,
      join(runtime, "bin/postgres"),
      "-D",
      place.data,
      ...flags,
    ],
    cwd: "/",
    clearEnv: true,
    env: ENVIRONMENT,
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  child.unref();
  return await untilReady(place, () => serves(child.pid, place.data), before);
}

/** Waits for a server that is starting or recovering; throws with its log if it ends instead. */
export async function untilReady(
  place: Place,
  isAlive: () => Promise<boolean>,
  logFrom: number,
): Promise<Postmaster> {
  for (let misses = 0;;) {
    const found = await runningOn(place.data);
    if (found?.isReady === true) return found;
    // A new process is not yet PostgreSQL for a moment, while the shell opens the log.
    misses = await isAlive() ? 0 : misses + 1;
    if (misses > 20) throw fault("start PostgreSQL", await logSince(place.log, logFrom));
    await pause(10);
  }
}

async function logSince(log: string, from: number): Promise<string> {
  const bytes = await Deno.readFile(log);
  return new TextDecoder().decode(bytes.subarray(Math.min(from, bytes.length)));
}

/** Ends the server: connections are cut, nothing is lost ("fast"); after 30 s without a checkpoint ("immediate"). */
export async function shutDown(data: string): Promise<void> {
  const found = await runningOn(data);
  if (found === undefined) return;
  Deno.kill(found.pid, "SIGINT");
  for (let waited = 0; await serves(found.pid, data); waited += 10) {
    if (waited === 30_000) Deno.kill(found.pid, "SIGQUIT");
    await pause(10);
  }
}
