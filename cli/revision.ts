/**
 * The definitions of a folder, and those of another git revision of it.
 *
 * @module
 */
import { fromFileUrl, join, toFileUrl } from "@std/path";
import type { Described } from "engine";

/** The definitions of another revision cannot be had, with why. */
export class RevisionError extends Error {
  /** Survives minification. */
  override name = "RevisionError";
}

const DESCRIBE = fromFileUrl(new URL("../tasks/describe.ts", import.meta.url));

interface Ended {
  readonly ok: boolean;
  readonly out: string;
  readonly err: string;
}

async function ran(command: string, args: readonly string[], o: Deno.CommandOptions) {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...o,
  }).output();
  const text = new TextDecoder();
  return { ok: success, out: text.decode(stdout), err: text.decode(stderr).trim() } as Ended;
}

/**
 * The definitions in a folder, loaded by a process of its own.
 *
 * @throws {RevisionError} If they do not load.
 */
export async function describedAt(root: string, what: string): Promise<Described> {
  const config = join(root, "deno.json");
  const args = ["run", "-A", "--quiet", "--no-lock", "--config", config, DESCRIBE, root];
  const found = await ran(Deno.execPath(), args, { cwd: root, env: { NO_COLOR: "1" } });
  if (found.ok) return JSON.parse(found.out) as Described;
  const [said] = found.err.split("\nStack backtrace:");
  const readable = said!.replaceAll(`${toFileUrl(root).href}/`, "").replaceAll(`${root}/`, "");
  throw new RevisionError(
    `Cannot compare with ${what}: its definitions do not load\n${readable}`,
  );
}

/**
 * The definitions of a revision of the repository that a folder is in. It is written out beside, not checked out:
 * neither the files of the folder nor the index of the repository are touched.
 *
 * @throws {RevisionError} If there is no git, no repository, no such revision, or its definitions do not load.
 */
export async function describedAtRevision(root: string, revision: string): Promise<Described> {
  const what = `"${revision}"`;
  const top = (await git(root, what, ["rev-parse", "--show-toplevel"])).trim();
  const below = (await git(root, what, ["rev-parse", "--show-prefix"])).trim();
  const commit = await commitOf(root, revision);
  const folder = await Deno.makeTempDir({ prefix: "aurora-revision-" });
  try {
    const env = { GIT_INDEX_FILE: join(folder, ".index") };
    await git(top, what, ["read-tree", below === "" ? commit : `${commit}:${below}`], env);
    await git(top, what, ["checkout-index", "--all", `--prefix=${folder}/`], env);
    return await describedAt(folder, what);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function commitOf(root: string, revision: string): Promise<string> {
  // A revision that begins with a dash would be an option.
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`];
  const found = await ran("git", args, { cwd: root });
  if (found.ok) return found.out.trim().split("\n").at(-1)!;
  throw new RevisionError(
    `Cannot compare with "${revision}": git knows no such branch, tag or commit here`,
  );
}

async function git(
  cwd: string,
  what: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  let found: Ended;
  try {
    found = await ran("git", args, { cwd, env });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new RevisionError(`Cannot compare with ${what}: git is not installed`, { cause });
  }
  if (found.ok) return found.out;
  throw new RevisionError(`Cannot compare with ${what}: ${found.err.replace(/^fatal: /, "")}`);
}
