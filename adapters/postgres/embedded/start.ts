import { join } from "@std/path";
import { type Account, accountFor, blockedAt } from "./account.ts";
import { attempt, EmbeddedError, WAY_OUT } from "./fault.ts";
import {
  isFree,
  isTemporary,
  lock,
  type Memory,
  type Place,
  placeFor,
  remember,
  socketFolder,
} from "./place.ts";
import { platformOf } from "./platform.ts";
import { forgetStranger, pause, type Postmaster, runningOn, serves } from "./postmaster.ts";
import { init, launch, NAME, shutDown, untilReady } from "./server.ts";
import { stage } from "./stage.ts";
import { boundLog } from "./log.ts";

export type { Account } from "./account.ts";

/** What {@link startEmbedded} may be told. */
export type EmbeddedOptions = {
  /** Folder for data, log and binaries; made if missing. Usually ".aurora". */
  readonly directory: string;
  /** A fixed port; without it the one of the last time if free, else any free one. */
  readonly port?: number;
  /** Settings of PostgreSQL that differ from ours, as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whom to run as instead of "nobody", when started by root. */
  readonly account?: Account;
  /** Folder of staged binaries that several directories share. */
  readonly runtimes?: string;
};

/** A PostgreSQL that this program started, or found running and took over. */
export type Embedded = AsyncDisposable & {
  /** `postgres://aurora:…@127.0.0.1:port/aurora`, by TCP as every client understands that. Superuser. */
  readonly url: string;
  readonly port: number;
  /** Folder of the Unix socket, for clients that take one as host. */
  readonly socket: string;
  readonly pid: number;
  /** Was it running already? */
  readonly adopted: boolean;
  /** File that PostgreSQL logs to, at most about 16 MB and one older. */
  readonly log: string;
  /** Ends PostgreSQL if no other program that started or adopted it is still there. */
  stop(): Promise<void>;
  /** Lets go of it and leaves it running. */
  leave(): void;
};

/**
 * Starts the embedded PostgreSQL 18, or adopts the one that already runs on `directory`.
 *
 * Ready when it returns: about 2 s the first time (after the download), 0.15 s later, up to 2 s after a crash.
 * Any number of programs may call it at once; they end up with one server. It survives the death of this
 * program, whoever starts next adopts it. A program that wants it gone at SIGTERM calls `stop()` there.
 *
 * @throws {EmbeddedError} With cause and remedy: port taken, other major version, disk full, …
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const platform = platformOf(Deno.build);
  const passwd = await Deno.readTextFile("/etc/passwd").catch(() => "");
  const account = options.account ?? accountFor(Deno.uid(), passwd, Deno.build.os);
  await attempt(`use "${options.directory}" for PostgreSQL`, async () => {
    await Deno.mkdir(options.directory, { recursive: true });
    await Deno.writeTextFile(join(options.directory, "start.lock"), "", { append: true });
  });
  const directory = await Deno.realPath(options.directory);
  using _starting = await lock(join(directory, "start.lock"), "alone");
  const { place, memory } = await placeFor(directory, account);
  const users = await lock(join(directory, "users.lock"), "together");
  try {
    const found = await runningOn(place.data);
    const server = found !== undefined
      ? await adopt(place, found)
      : await attempt("start PostgreSQL", async () => {
        const runtime = await stage(await runtimesFor(options, place, account), platform);
        await init(runtime, place, memory.password, account);
        await forgetStranger(place.data);
        return await launchSomewhere({ directory, place, memory, runtime, account, options });
      });
    return handle(directory, place, memory, server, found !== undefined, users);
  } catch (error) {
    users[Symbol.dispose]();
    throw error;
  }
}

/** Waits for one that may still be starting: its starter can have died meanwhile. */
async function adopt(place: Place, found: Postmaster): Promise<Postmaster> {
  const log = (await Deno.stat(place.log)).size;
  return await untilReady(place, () => serves(found.pid, place.data), log);
}

/** The folder of binaries asked for, unless PostgreSQL's account may not reach it. */
async function runtimesFor(
  { runtimes }: EmbeddedOptions,
  place: Place,
  account: Account | undefined,
): Promise<string> {
  if (runtimes === undefined) return place.runtimes;
  const isBlocked = account !== undefined && await blockedAt(runtimes, account) !== undefined;
  return isBlocked ? place.runtimes : runtimes;
}

type Start = {
  readonly directory: string;
  readonly place: Place;
  readonly memory: Memory;
  readonly runtime: string;
  readonly account: Account | undefined;
  readonly options: EmbeddedOptions;
};

/** Starts on the wanted, the remembered or any free port; another program may take it at the last moment. */
async function launchSomewhere(start: Start): Promise<Postmaster> {
  const { directory, place, memory, runtime, account, options } = start;
  await boundLog(place.log, account);
  if (isTemporary(memory.socket)) await Deno.remove(memory.socket ?? "").catch(() => {});
  const socket = await socketFolder(place.home, account);
  const settings = options.settings ?? {};
  for (let tries = 1;; tries++) {
    const port = options.port ?? freePort(tries === 1 ? memory.port : undefined);
    mustBeFree(port);
    try {
      const server = await launch({ runtime, place, port, socket, account, settings });
      await remember(directory, { ...memory, port, socket });
      return server;
    } catch (error) {
      if (tries === 20 || !mayPass(error, options.port !== undefined)) throw error;
      await pause(250);
    }
  }
}

/** Is it worth another try? The children of a server that was killed end within seconds. */
function mayPass(error: unknown, isPortFixed: boolean): boolean {
  if (!(error instanceof EmbeddedError)) return false;
  return error.kind === "busy" || (error.kind === "port-taken" && !isPortFixed);
}

/** `wanted` if nobody listens there, else one that the system gives. */
function freePort(wanted: number | undefined): number {
  if (wanted !== undefined && canListen(wanted)) return wanted;
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function mustBeFree(port: number): void {
  if (canListen(port)) return;
  throw new EmbeddedError(
    "port-taken",
    `Cannot start PostgreSQL: port ${port} is taken by another program, stop that one, ` +
      `leave the port out to get a free one ${WAY_OUT}`,
  );
}

function canListen(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch {
    return false;
  }
}

function handle(
  directory: string,
  place: Place,
  memory: Memory,
  server: Postmaster,
  adopted: boolean,
  users: Disposable,
): Embedded {
  const watch = setInterval(() => boundLog(place.log, undefined).catch(() => {}), 60_000);
  Deno.unrefTimer(watch);
  let isMine = true;
  const leave = () => {
    if (isMine) users[Symbol.dispose]();
    isMine = false;
    clearInterval(watch);
  };
  const stop = async () => {
    if (!isMine) return;
    using _stopping = await lock(join(directory, "start.lock"), "alone");
    leave();
    if (!await isFree(join(directory, "users.lock"))) return;
    await shutDown(place.data);
    if (isTemporary(server.socket)) await Deno.remove(server.socket).catch(() => {});
  };
  return {
    url: `postgres://${NAME}:${memory.password}@127.0.0.1:${server.port}/${NAME}`,
    port: server.port,
    socket: server.socket,
    pid: server.pid,
    adopted,
    log: place.log,
    stop,
    leave,
    [Symbol.asyncDispose]: stop,
  };
}
