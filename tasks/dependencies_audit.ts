// deno-lint-ignore-file no-console
/**
 * `deno task dependencies:audit`: asks the registry which versions of `deno.lock`, those of the tests included, have known
 * weaknesses, and fails if one is not accepted. A registry that does not answer is told and fails nothing.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { ACCEPTED, type Accepted } from "./dependencies_accepted.ts";

/** What came of an audit. */
export interface Verdict {
  readonly ok: boolean;
  /** For people. */
  readonly words: string;
}

/**
 * Judges what `deno audit --ignore-registry-errors` said.
 *
 * @param today `2026-11-23`, UTC
 */
export function verdict(
  said: { readonly code: number; readonly output: string },
  accepted: readonly Accepted[],
  today: string,
): Verdict {
  const { code, output } = said;
  const failed = /^Failed to get data from the registry: (.*)$/m.exec(output)?.[1];
  if (failed !== undefined) {
    return {
      ok: true,
      words: `The dependencies were NOT checked, the registry did not answer: ${failed}`,
    };
  }
  const found = [...new Set(output.match(/GHSA(?:-\w{4}){3}/g) ?? [])];
  if (code === 0 && found.length === 0) {
    return { ok: true, words: "No dependency has a known weakness" };
  }
  // Weaknesses without a number cannot be accepted.
  const unnamed = output.split("\n").filter((line) => line.startsWith("╭")).length > found.length;
  const open = found.filter((id) =>
    !accepted.some(({ advisory, until }) => advisory === id && until >= today)
  );
  const ok = found.length > 0 && open.length === 0 && !unnamed;
  const reasons = accepted.filter(({ advisory }) => found.includes(advisory))
    .map(({ advisory, reason, until }) => `accepted until ${until}: ${advisory}: ${reason}`);
  const remedy = ok ? [] : [
    "Cannot accept these: take a newer version in deno.json, or name the advisory with a reason in " +
    "tasks/dependencies_accepted.ts",
  ];
  return { ok, words: [output.trim(), ...reasons, ...remedy].join("\n") };
}

/** Asks the registry that npm packages come from. */
export async function audited(env: Record<string, string> = {}): Promise<{
  readonly code: number;
  readonly output: string;
}> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["audit", "--ignore-registry-errors"],
    cwd: fromFileUrl(new URL("../", import.meta.url)),
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, output: text.decode(stdout) + text.decode(stderr) };
}

if (import.meta.main) {
  const { ok, words } = verdict(await audited(), ACCEPTED, new Date().toISOString().slice(0, 10));
  (ok ? console.log : console.error)(words);
  Deno.exit(ok ? 0 : 1);
}
