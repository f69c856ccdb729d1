// deno-lint-ignore-file no-console -- it stands between code and console
/** The console of a process, without secrets. @module */
import { masked } from "engine";

/** Those that print what they are given. */
const METHODS = [
  "debug",
  "log",
  "info",
  "warn",
  "error",
  "dir",
  "dirxml",
  "table",
  "trace",
  "assert",
  "group",
  "groupCollapsed",
  "timeLog",
] as const;

/**
 * Masks what code prints where no step takes it: sensors in the server, and `console.dir` and the like anywhere. Called
 * before anything else takes the console.
 */
export function maskConsole(): void {
  for (const method of METHODS) {
    const print = (console[method] as (...args: unknown[]) => void).bind(console);
    console[method] = (...args: unknown[]) => print(...args.map(withoutSecrets));
  }
}

/** The value itself, unless one would read a secret in it. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value !== "string" && (typeof value !== "object" || value === null)) return value;
  const text = typeof value === "string" ? value : Deno.inspect(value, { depth: 100 });
  const instead = masked(text);
  return instead === text ? value : instead;
}
