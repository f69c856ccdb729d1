// deno-lint-ignore-file no-console
/**
 * `deno task test [part of a path…]`: installs what tests need, starts the servers they share,
 * checks types, runs tests and the examples of doc comments, and stops what it started.
 *
 * The last line is `N passed, N failed`; the exit code is 0 only if something ran and all is well.
 * `--no-install` uses only what is there.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { parseArgs } from "@std/cli";
import { startShared } from "../tests/services/shared.ts";
import { installAll } from "./services.ts";
import { type Tally, tally, total } from "./tally.ts";

const ROOT = fromFileUrl(new URL("../", import.meta.url));
const CODE = ["adapters", "api", "assets", "engine", "ml", "sensors", "ui"];
/** Longer than any run should take: a test that hangs is a failure, not a silent machine. */
const LIMIT_MS = 45 * 60_000;

if (import.meta.main) {
  Deno.chdir(ROOT);
  const args = parseArgs(Deno.args, { boolean: ["install"], default: { install: true } });
  const { passed, failed } = await testAll(args._.map(String), args.install === true);
  console.log(`${passed} passed, ${failed} failed`);
  Deno.exit(failed === 0 && passed > 0 ? 0 : 1);
}

async function testAll(filters: readonly string[], mayInstall: boolean): Promise<Tally> {
  const wanted = (path: string) =>
    filters.length === 0 || filters.some((filter) => path.includes(filter));
  const tests = find(["tests"], (path) => /_test\.tsx?$/.test(path) && wanted(path));
  const examples = find(CODE, (path) => wanted(path) && hasExample(path));
  if (tests.length + examples.length === 0) {
    console.error(`Cannot test: no file of tests/ has "${filters.join('" or "')}" in its path`);
  }
  if (mayInstall && filters.length === 0) await installAll();
  // With a filter only what is mentioned: a test that finds no shared server starts its own.
  const texts = tests.map((path) => Deno.readTextFileSync(path)).join();
  const needed = (name: string) => filters.length === 0 || texts.includes(`services/${name}.ts`);
  await using servers = await startShared(needed);
  const env = { ...servers.env, ...(mayInstall ? { AURORA_TEST_INSTALL: "1" } : {}) };
  return total([
    await part("types", filters.length === 0 ? ["check", "."] : ["check", ...tests], tests, env),
    await part(
      "tests",
      ["test", "-A", "--no-check", "--parallel", ...reporter(filters)],
      tests,
      env,
    ),
    await part("examples", ["test", "-A", "--doc", ...reporter(filters)], examples, env),
  ]);
}

/** Dots for all, names for a choice. */
function reporter(filters: readonly string[]): string[] {
  return [`--reporter=${filters.length === 0 ? "dot" : "pretty"}`];
}

/** Runs one `deno` command over files, showing what it prints. */
async function part(
  name: string,
  args: readonly string[],
  files: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Tally | null> {
  if (files.length === 0) return null;
  const isCheck = args[0] === "check";
  console.log(`\n${name}: ${files.length} files`);
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args, ...(isCheck ? [] : files)],
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const limit = setTimeout(() => {
    console.error(`Cannot finish ${name}: stopped after ${LIMIT_MS / 60_000} minutes`);
    child.kill("SIGKILL");
  }, LIMIT_MS);
  const [output] = await Promise.all([
    show(child.stdout, Deno.stdout),
    show(child.stderr, Deno.stderr),
  ]);
  const { code } = await child.status;
  clearTimeout(limit);
  if (isCheck) return { passed: 0, failed: code === 0 ? 0 : 1 }; // a gate, not a test
  return tally(output, code);
}

/** Passes a stream on, and gives its text. */
async function show(
  from: ReadableStream<Uint8Array>,
  to: { write(bytes: Uint8Array): Promise<number> },
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of from) {
    for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
    text += decoder.decode(bytes, { stream: true });
  }
  return text;
}

function hasExample(path: string): boolean {
  return /\.tsx?$/.test(path) && /^\s*\* ```tsx?\s*$/m.test(Deno.readTextFileSync(path));
}

/** Files below folders of the project, sorted. */
function find(folders: readonly string[], isWanted: (path: string) => boolean): string[] {
  const found: string[] = [];
  for (const folder of folders) {
    for (const entry of entries(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory) found.push(...find([path], isWanted));
      else if (isWanted(path)) found.push(path);
    }
  }
  return found.sort();
}

function entries(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
