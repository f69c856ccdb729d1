// deno-lint-ignore-file no-console
/**
 * The server: UI and API, schedules, sensors, conditions, alerts, the relay of events, and workers beside it.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import type { AccessMode } from "./access.ts";
import { withPeer } from "./api/peer.ts";
import type { App } from "./compose.ts";
import type { Print } from "./log.ts";
import type { SupervisorOptions } from "./supervisor.ts";
import type { Pages } from "./ui/mod.ts";

/** How a server is started. */
export interface ServeOptions {
  /** Where the embedded database and objects lie. */
  readonly directory: string;
  /** @default {8081} */
  readonly port: number;
  /** The loopback, or with accounts any address of this machine. */
  readonly host: string;
  /**
   * Who has to say who they are. @default {"until-first" on the loopback, else "accounts"}
   */
  readonly access?: AccessMode;
  /** Worker processes beside the server. */
  readonly workers: number;
  /** Whether schedules and sensors run. */
  readonly schedules: boolean;
  /** One line, for people or programs. */
  readonly print: Print;
}

/** A running server. */
export interface Served {
  /** The program. */
  readonly app: App;
  /** Where it answers. */
  readonly url: string;
  /** Process ids of its workers. */
  workerPids(): readonly number[];
  /** Drains and ends everything. */
  stop(): Promise<void>;
}

/** Names of this machine to itself. */
const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1", "[::1]"]);

/**
 * Starts everything.
 *
 * @throws {RangeError} If everybody could enter from other machines.
 * @throws {Deno.errors.AddrInUse} If the port is taken, in words.
 */
export async function serve(o: ServeOptions): Promise<Served> {
  const mode = modeOf(o);
  // The port first: whoever starts a second server hears it before anything else happens.
  const ready = Promise.withResolvers<Handler>();
  const http = listen(
    o,
    async (request, peer) => {
      if (!METHODS.includes(request.method)) return notServed(request.method);
      return (await ready.promise)(withPeer(request, peer.remoteAddr.hostname));
    },
  );
  const stop = new AbortController();
  const url = `http://${o.host}:${http.addr.port}`;
  let app: App;
  try {
    const { compose } = await import("./compose.ts");
    app = await compose({ directory: o.directory, role: "server", schedules: o.schedules });
    const { masked } = await import("engine");
    const { print } = o;
    o = { ...o, print: (line, event) => print(masked(line), event) };
    ready.resolve(await handler(app, o, { mode, url }));
  } catch (error) {
    ready.resolve(() => new Response("The server could not start", { status: 503 }));
    await http.shutdown();
    throw error;
  }
  const [{ supervise }, rights] = await Promise.all([
    import("./supervisor.ts"),
    workerRights(),
  ]);
  const supervisor = supervise({
    workers: o.workers,
    env: {
      AURORA_DIRECTORY: o.directory,
      DATABASE_URL: app.database.url,
      AURORA_OBJECTS: app.env("AURORA_OBJECTS"),
    },
    ...(rights ? { rights } : {}),
    onDeath: (worker, cause) => app.ledger.bury(worker, cause),
    print: o.print,
  });
  const { goOn } = await import("./background.ts");
  const background = goOn(app, { ...o, signal: stop.signal });
  return {
    app,
    url,
    workerPids: () => supervisor.pids(),
    async stop() {
      stop.abort();
      await supervisor.stop();
      await endsInTime(background, o.print);
      await http.shutdown();
      await app.close();
    },
  };
}

/** What workers may do: as little as this process, if that may not do everything. */
async function workerRights(): Promise<SupervisorOptions["rights"]> {
  const { mayAll, surroundings } = await import("./surroundings.ts");
  if (mayAll()) return undefined;
  const { rightsOf } = await import("./rights.ts");
  return (env) => rightsOf("worker", surroundings(env));
}

/** Milliseconds in which what goes on in the background has to end: a send to a silent broker takes a minute. */
const END_MS = 8_000;

/** Waits for the background, but not for a service that does not answer. */
async function endsInTime(background: Promise<void>, print: Print): Promise<void> {
  const { withinMs } = await import("engine");
  try {
    await withinMs(END_MS, background);
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "TimeoutError")) throw error;
    background.catch(() => {});
    print("Not waiting any longer for a service that is silent: the next start sends again", {
      level: "warn",
    });
  }
}

/** What pages and API are asked by, or answer themselves that they are not. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** TRACE, CONNECT and words that nobody knows: no request of these can be handed on. */
const notServed = (method: string): Response =>
  Response.json({
    error: "method_not_allowed",
    message: `Cannot answer method "${method}": nothing here is asked by it`,
    hint: null,
  }, { status: 405, headers: { allow: METHODS.join(", ") } });

type Handler = (request: Request) => Response | Promise<Response>;

/** Nobody has to say who they are on the loopback only. @throws {RangeError} */
function modeOf({ host, access }: ServeOptions): AccessMode {
  if (LOOPBACK.has(host)) return access ?? "until-first";
  if (access === undefined || access === "accounts") return "accounts";
  throw new RangeError(
    `Cannot listen on "${host}" without access control: --no-auth is for 127.0.0.1 only; ` +
      `leave it out, and make accounts by the link that is printed`,
  );
}

type Peered = (request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) => Promise<Response>;

function listen(o: ServeOptions, handler: Peered): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ hostname: o.host, port: o.port, onListen: () => {} }, handler);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
    throw new Deno.errors.AddrInUse(
      `Cannot listen on port ${o.port}: another program has it; stop that one, or choose another by --port or AURORA_PORT`,
      { cause },
    );
  }
}

/** API and pages. */
async function handler(
  app: App,
  o: ServeOptions,
  { mode, url }: { readonly mode: AccessMode; readonly url: string },
): Promise<Handler> {
  const [
    { createAccessApi, createApi, createFront, createGate, groupsBy, isAccessPath },
    { createLayoutEngine, createUi },
    { openAccess },
  ] = await Promise.all([import("./api/mod.ts"), import("./ui/mod.ts"), import("./access.ts")]);
  const told = (what: string) => (error: unknown) =>
    o.print(`${what}: ${error instanceof Error ? error.stack : error}`, {
      level: "error",
      fields: { part: what },
    });
  const baseUrl = app.env("AURORA_BASE_URL");
  const hosts = hostsOf(baseUrl);
  if (baseUrl === "" && !LOOPBACK.has(o.host)) {
    throw new RangeError(
      `Cannot listen on "${o.host}": AURORA_BASE_URL must say under which name people reach it, ` +
        `like "https://aurora.example.org"`,
    );
  }
  const access = await openAccess({
    sql: app.sql,
    mode,
    directory: o.directory,
    url: baseUrl === "" ? url : new URL(baseUrl).origin,
    env: app.env,
    print: o.print,
  });
  const engine = createApi(app.service, {
    hosts,
    onError: told("API"),
  });
  const people = createAccessApi(access);
  const api: Handler = (request) =>
    (isAccessPath(new URL(request.url).pathname) ? people : engine).fetch(request);
  const ui: Pages = createUi({
    fetch: (request) => gate.inside(api)(request),
    layout: createLayoutEngine(),
    cacheDir: `${o.directory}/cache`,
    now: () => new Date(),
    singleSignOn: app.env("AURORA_OIDC_ISSUER") !== "",
    runbook: () => Deno.readTextFile(new URL("docs/guide/runbook.md", import.meta.url)),
    onError: told("UI"),
  });
  const gate = createGate({
    routes: [...engine.routes, ...people.routes, ...ui.routes],
    identify: access.identify,
    glance: access.glance,
    audit: access.audit,
    groupsOf: groupsBy(app.service),
  });
  const isSecure = baseUrl.startsWith("https:");
  const { fetch: pages, refusal } = ui;
  return createFront({ api, pages, refusal, gate, hosts, isSecure, onError: told("gate") });
}

/** Names under which a proxy before the server is reached. */
function hostsOf(baseUrl: string): string[] {
  if (baseUrl === "") return [];
  if (URL.canParse(baseUrl)) return [new URL(baseUrl).host, new URL(baseUrl).hostname];
  throw new SyntaxError(
    `Cannot read AURORA_BASE_URL: "${baseUrl}" is not like "https://aurora.example.org"`,
  );
}

/** What people read when it has started. */
export function greeting(url: string, a: { readonly [port: string]: string }): string {
  return `Aurora answers at ${url}  (database: ${a["postgres"]} PostgreSQL, online features: ${
    a["online"]
  }, ` +
    `events: ${a["events"]}, objects: ${a["objects"]})`;
}

const HELP =
  `Usage: deno task start [--port N] [--host H] [--workers N] [--no-schedules] [--no-auth]

Serves the UI and the API, runs schedules and sensors, and keeps workers.
  --port N         8081, or AURORA_PORT
  --workers N      worker processes (AURORA_WORKERS, 1); 0 if they run elsewhere
  --host H         127.0.0.1, or AURORA_HOST; elsewhere everybody needs an account
  --no-schedules   schedules and sensors do not run here
  --no-auth        nobody needs an account; on the loopback only
  --auth           everybody needs one from the first start on (AURORA_AUTH=required)`;

function wholeNumber(text: string, what: string, least: number): number {
  const n = Number(text);
  if (Number.isInteger(n) && n >= least && n < 65_536) return n;
  throw new RangeError(`Cannot start: ${what} is "${text}", not a whole number from ${least} on`);
}

/** `--auth`, `--no-auth` or AURORA_AUTH; neither leaves it to the address. */
function accessOf(auth: unknown): Pick<ServeOptions, "access"> {
  if (Deno.args.includes("--no-auth")) return { access: "nobody" };
  const given = Deno.env.get("AURORA_AUTH") ?? "";
  if (auth === true || given === "required") return { access: "accounts" };
  if (given === "") return {};
  throw new RangeError(`Cannot start: AURORA_AUTH is "${given}", not "required" or empty`);
}

async function main(): Promise<void> {
  const args = parseArgs(Deno.args, {
    string: ["port", "workers", "host"],
    boolean: ["schedules", "auth", "help"],
    negatable: ["schedules", "auth"],
    default: { schedules: true },
  });
  if (args["help"]) return console.log(HELP);
  const { maskOutput } = await import("./adapters/process/masked_output.ts");
  // Sensors are code of the project, and run here.
  maskOutput();
  const { logFormat, printer } = await import("./log.ts");
  const format = logFormat(Deno.env.get("AURORA_LOG"));
  const print = printer(format, console.log, format === "json" ? { process: "server" } : {});
  const text = (name: string, env: string, otherwise: string) =>
    String(args[name] ?? Deno.env.get(env) ?? otherwise);
  const served = await serve({
    directory: Deno.env.get("AURORA_DIRECTORY") ?? ".aurora",
    port: wholeNumber(text("port", "AURORA_PORT", "8081"), "port", 0),
    host: text("host", "AURORA_HOST", "127.0.0.1"),
    workers: wholeNumber(text("workers", "AURORA_WORKERS", "1"), "workers", 0),
    schedules: args["schedules"] === true,
    ...accessOf(args["auth"]),
    print,
  });
  const { adapters } = await served.app.service.about();
  const hello = greeting(served.url, adapters);
  if (format === "json") print(hello, { fields: { url: served.url, ...adapters } });
  else console.log(hello);
  await untilAsked();
  await served.stop();
}

/** Resolves at the first SIGTERM or Ctrl-C; the second one ends the process at once. */
export function untilAsked(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = () => {
      if (asked) Deno.exit(130);
      asked = true;
      resolve();
    };
    Deno.addSignalListener("SIGTERM", ask);
    Deno.addSignalListener("SIGINT", ask);
  });
}

if (import.meta.main) {
  try {
    await main();
    Deno.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
