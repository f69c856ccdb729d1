/**
 * Loading the definitions, with everything that is wrong with them if they do not load.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { Definitions } from "engine";

/** The files of the definitions could not be loaded: all errors, with their places. */
export class ProjectError extends Error {
  override readonly name = "ProjectError";
}

const ROOT = fromFileUrl(new URL("./", import.meta.url));
/** Where definitions are written. */
const FILES = ["project.ts", "assets", "sensors"];

/**
 * The definitions of the project.
 *
 * @throws {DefinitionError} If they contradict each other: all contradictions.
 * @throws {ProjectError} If their files cannot be read or run: all errors of syntax, else of types.
 */
export async function loadProject(): Promise<Definitions> {
  try {
    return (await import("./project.ts")).project;
  } catch (error) {
    if (error instanceof Error && error.name === "DefinitionError") throw error;
    throw new ProjectError(
      `Cannot load the definitions of "project.ts":\n${await allThatIsWrong(error)}`,
      { cause: error },
    );
  }
}

/** The import tells of the first error only. */
async function allThatIsWrong(error: unknown): Promise<string> {
  const problems = await syntaxErrors().catch(() => []);
  if (problems.length > 0) return problems.map(readable).join("\n");
  const types = await typeErrors().catch(() => "");
  return readable(types || (error instanceof Error && error.stack || String(error)));
}

async function deno(...args: string[]): Promise<{ ok: boolean; out: string; err: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder();
  return { ok: success, out: text.decode(stdout), err: text.decode(stderr) };
}

/** The linter reads every file on its own, so an error in one does not hide those of another. */
async function syntaxErrors(): Promise<readonly string[]> {
  const { out } = await deno("lint", "--json", ...FILES);
  const { errors } = JSON.parse(out) as { errors: readonly { readonly message: string }[] };
  return errors.map((e) => e.message);
}

async function typeErrors(): Promise<string> {
  const { ok, err } = await deno("check", "--quiet", "project.ts");
  return ok ? "" : err;
}

/** Paths as people write them, without what only helps those who write Deno. */
function readable(text: string): string {
  const [said] = text.split("\nStack backtrace:");
  return said!.replaceAll(new URL("./", import.meta.url).href, "").trim()
    .replace(/\n+error: Type checking failed\.$/, "");
}
