/**
 * What the rights of a process depend on, read from this machine.
 *
 * @module
 */
import { fromFileUrl, join, resolve } from "@std/path";
import type { Surroundings } from "./rights.ts";

/** Sockets that a worker may have open at once while its steps start. */
const SOCKETS = 32;

/** The surroundings of a process that is to be started; `env` is what it gets besides the environment of this one. */
export function surroundings(
  env: Readonly<Record<string, string>>,
  listen?: string,
): Surroundings {
  const whole = { ...Deno.env.toObject(), ...env };
  const denoDir = denoDirOf(whole);
  return {
    env: whole,
    root: fromFileUrl(new URL(".", import.meta.url)).replace(/\/$/, ""),
    directory: resolve(whole["AURORA_DIRECTORY"] || ".aurora"),
    denoDir,
    deno: Deno.execPath(),
    temp: whole["TMPDIR"] || "/tmp",
    esbuild: esbuildIn(join(denoDir, "npm")),
    nameServers: [...read("/etc/resolv.conf").matchAll(/^nameserver\s+(\S+)/gm)].map(([, a]) => a!),
    texts: [read(whole["AURORA_CONNECTIONS_FILE"] ?? "")],
    listen,
    sockets: socketsIn(whole["AURORA_STEP_SOCKETS"] ?? ""),
  };
}

/** Whether this process may do everything; then those that it starts may too. */
export const mayAll = (): boolean =>
  Deno.permissions.querySync({ name: "run" }).state === "granted" &&
  Deno.permissions.querySync({ name: "read" }).state === "granted";

/** Paths of sockets in a folder that is only for them. */
export const socketsIn = (folder: string): readonly string[] =>
  folder === "" ? [] : Array.from({ length: SOCKETS }, (_, i) => join(folder, String(i)));

/** Where Deno keeps what it downloads. */
function denoDirOf(env: Readonly<Record<string, string>>): string {
  if (env["DENO_DIR"]) return resolve(env["DENO_DIR"]);
  if (Deno.build.os === "darwin") return join(env["HOME"] ?? "/", "Library/Caches/deno");
  return join(env["XDG_CACHE_HOME"] || join(env["HOME"] ?? "/", ".cache"), "deno");
}

/** esbuild below the folder of packages, whichever registry it came from; undefined if it is not there yet. */
function esbuildIn(packages: string): string | undefined {
  const { os, arch } = Deno.build;
  const platform = `@esbuild/${os}-${arch === "aarch64" ? "arm64" : "x64"}`;
  for (const registry of namesIn(packages)) {
    const folder = join(packages, registry, platform);
    const version = namesIn(folder).findLast((name) => /^\d/.test(name));
    if (version !== undefined) return join(folder, version, "bin/esbuild");
  }
  return undefined;
}

function namesIn(folder: string): readonly string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return path === "" ? "" : Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
