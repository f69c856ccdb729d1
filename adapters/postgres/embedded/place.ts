import { basename, join } from "@std/path";
import { type Account, blockedAt } from "./account.ts";
import { attempt, EmbeddedError, WAY_OUT } from "./fault.ts";
import { pause } from "./postmaster.ts";

/** Where everything of one embedded PostgreSQL is. All paths are real paths. */
export type Place = {
  /** Holds `data`; belongs to the account that PostgreSQL runs as. */
  readonly home: string;
  readonly data: string;
  readonly log: string;
  /** Folder of staged binaries. */
  readonly runtimes: string;
};

/** What is remembered between starts, in `postgres.json`; it holds the password, so only its owner reads it. */
export type Memory = {
  /** Only if the data is not in the directory itself, so that a directory may be moved with its data. */
  readonly elsewhere?: string;
  readonly password: string;
  readonly port?: number;
  readonly socket?: string;
};

/** Data of a program started by root below a folder that only root may pass, such as its home. */
const ELSEWHERE = "/var/lib/aurora";

/**
 * Finds or decides the place that belongs to `directory`.
 *
 * It is `directory` itself, unless `account` may not reach that: then data, log and binaries live below
 * /var/lib/aurora, and `directory` holds links to them, so that a home folder with mode 0700 needs no thought.
 */
export async function placeFor(
  directory: string,
  account: Account | undefined,
): Promise<{ readonly place: Place; readonly memory: Memory }> {
  return await attempt(`use "${directory}" for PostgreSQL`, async () => {
    await Deno.mkdir(directory, { recursive: true });
    const root = await Deno.realPath(directory);
    const memory = await recall(root) ?? await decide(root, account);
    const { elsewhere } = memory;
    if (elsewhere === undefined) await mustReach(root, account);
    const home = elsewhere ?? join(root, "postgres");
    const log = join(elsewhere ?? root, "postgres.log");
    const runtimes = join(elsewhere === undefined ? root : ELSEWHERE, "runtime");
    await own(home, log, account);
    if (elsewhere !== undefined) await pointTo(root, elsewhere);
    return { place: { home, data: join(home, "data"), log, runtimes }, memory };
  });
}

/** Writes `postgres.json` at once or not at all. */
export async function remember(directory: string, memory: Memory): Promise<void> {
  const file = join(directory, "postgres.json");
  await Deno.writeTextFile(`${file}.new`, JSON.stringify(memory, null, 2) + "\n", { mode: 0o600 });
  await Deno.rename(`${file}.new`, file);
}

async function recall(directory: string): Promise<Memory | undefined> {
  const text = await Deno.readTextFile(join(directory, "postgres.json")).catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text) as Memory;
}

/** The first time: here if the account may pass, else elsewhere. */
async function decide(directory: string, account: Account | undefined): Promise<Memory> {
  const password = secret();
  if (account === undefined || await blockedAt(directory, account) === undefined) {
    await remember(directory, { password });
    return { password };
  }
  await Deno.mkdir(ELSEWHERE, { recursive: true, mode: 0o755 });
  await mustReach(ELSEWHERE, account);
  const memory = { elsewhere: join(ELSEWHERE, crypto.randomUUID()), password };
  await remember(directory, memory);
  return memory;
}

async function mustReach(directory: string, account: Account | undefined): Promise<void> {
  const blocked = account === undefined ? undefined : await blockedAt(directory, account);
  if (blocked === undefined) return;
  throw new EmbeddedError(
    "out-of-reach",
    `Cannot use the data in "${directory}": started by root PostgreSQL runs as user ${account?.uid}, who may ` +
      `not pass "${blocked}", allow that (chmod o+x) or move the directory ${WAY_OUT}`,
  );
}

/** Makes the home folder and the log file, and hands them to the account. */
async function own(home: string, log: string, account: Account | undefined): Promise<void> {
  await Deno.mkdir(home, { recursive: true, mode: 0o755 });
  await Deno.writeTextFile(log, "", { append: true, create: true });
  if (account === undefined) return;
  await Deno.chown(home, account.uid, account.gid);
  await Deno.chown(log, account.uid, account.gid);
}

/** Leaves links behind for whoever looks into the usual place. */
async function pointTo(directory: string, home: string): Promise<void> {
  for (const [name, target] of [["postgres", home], ["postgres.log", join(home, "postgres.log")]]) {
    const path = join(directory, name ?? "");
    if (await Deno.lstat(path).then(() => true, () => false)) continue;
    await Deno.symlink(target ?? "", path);
  }
}

/**
 * A folder for the socket: inside the home if the path stays below the limit of the system
 * (107 bytes on Linux, 103 on macOS), else a new short one under the temporary folder.
 */
export async function socketFolder(home: string, account: Account | undefined): Promise<string> {
  const inside = join(home, "socket");
  const isShort = new TextEncoder().encode(`${inside}/.s.PGSQL.65535`).length <= 103;
  const folder = isShort ? inside : await Deno.makeTempDir({ prefix: TEMPORARY });
  await Deno.mkdir(folder, { recursive: true });
  await Deno.chmod(folder, 0o755);
  if (account !== undefined) await Deno.chown(folder, account.uid, account.gid);
  return folder;
}

const TEMPORARY = "aurora-pg-";

/** Is this socket folder one of those short ones, to be removed with its server? */
export function isTemporary(socket: string | undefined): boolean {
  return socket !== undefined && basename(socket).startsWith(TEMPORARY);
}

/** 32 hexadecimal digits. */
function secret(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

/** A lock that the system gives up when its holder dies, however it dies. */
export async function lock(path: string, kind: "alone" | "together"): Promise<Disposable> {
  const file = await Deno.open(path, { read: true, write: true, create: true });
  // Asked again and again, as a waiting lock() would hold a thread that nothing can interrupt.
  while (!await file.tryLock(kind === "alone")) await pause(20);
  return { [Symbol.dispose]: () => file.close() };
}

/** Takes the lock alone if nobody else has it in any way. */
export async function isFree(path: string): Promise<boolean> {
  using file = await Deno.open(path, { read: true, write: true, create: true });
  return await file.tryLock(true);
}
