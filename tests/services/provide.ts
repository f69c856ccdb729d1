// deno-lint-ignore-file no-console
/** Finds the programs that test services need, or installs them when that is allowed. @module */
import { fromFileUrl, join } from "@std/path";

/** Folder in the checkout, unknown to git, where downloads of the tests are kept. */
export const CACHE: string = fromFileUrl(new URL("../../.cache/", import.meta.url));

/** Whether missing programs may be installed: on CI, by `deno task services` and `task test`. */
export function mayInstall(): boolean {
  return Deno.env.get("CI") === "true" || Deno.env.get("AURORA_TEST_INSTALL") === "1";
}

/** The error of a test whose service is not there. */
export function missing(what: string): Error {
  return new Error(`Cannot find ${what} for this test: run "deno task services" once`);
}

/** The error of a machine where only its owner can install something. */
export function cannotInstall(program: string): Error {
  return new Error(
    `Cannot install ${program}: this is not root on Debian, so put "${program}" on PATH yourself`,
  );
}

/** Path of a program on PATH. */
export function which(name: string): string | undefined {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = join(folder || ".", name);
    if (isFile(path)) return path;
  }
}

/** Whether there is a file. */
export function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Runs a command, silent unless it fails. */
export async function run(command: string, args: readonly string[]): Promise<void> {
  const { success, code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { DEBIAN_FRONTEND: "noninteractive" },
  }).output();
  if (success) return;
  const text = new TextDecoder();
  const said = (text.decode(stdout) + text.decode(stderr)).slice(-2000);
  throw new Error(`Cannot run "${[command, ...args].join(" ")}": exited with ${code}\n${said}`);
}

/** Whether this process can install Debian packages. */
export function hasApt(): boolean {
  return Deno.uid() === 0 && which("apt-get") !== undefined;
}

/** Installs Debian packages; waits for another installation to end. */
export async function apt(...packages: string[]): Promise<void> {
  console.error(`Installing ${packages.join(", ")} by apt-get`);
  const wait = ["-o", "DPkg::Lock::Timeout=300", "-qq", "-y"];
  await run("apt-get", [...wait, "update"]);
  await run("apt-get", [...wait, "install", "--no-install-recommends", ...packages]);
}

/** What one service's tests need: how to find it, and how to get it. */
export interface Provision<T> {
  readonly what: string;
  readonly find: () => T | undefined;
  readonly install: () => Promise<void>;
}

/**
 * Finds what a service needs, installing it if that is allowed. Processes that come at once wait
 * for the one that installs.
 */
export async function provide<T>({ what, find, install }: Provision<T>): Promise<T> {
  const found = find();
  if (found !== undefined) return found;
  if (!mayInstall()) throw missing(what);
  Deno.mkdirSync(CACHE, { recursive: true });
  using lock = await Deno.open(join(CACHE, "install.lock"), { create: true, write: true });
  await lock.lock(true);
  const meanwhile = find();
  if (meanwhile !== undefined) return meanwhile;
  await install();
  const installed = find();
  if (installed === undefined) throw new Error(`Cannot find ${what}, although just installed`);
  return installed;
}
