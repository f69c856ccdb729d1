// deno-lint-ignore-file no-console
/**
 * `deno task native:install [--target <folder>]`: fetches the libraries of XGBoost and LightGBM.
 *
 * Installs the hash-pinned wheels of this platform by pip or uv, keeps only their shared libraries,
 * and does nothing if they are there already.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { dirname, fromFileUrl, join } from "@std/path";
import { WAYS } from "../ml/native/error.ts";
import { INSTALLED } from "../ml/native/locate.ts";

/** Installers that take the arguments of `pip install`, best first. */
const INSTALLERS = [["python3", "-m", "pip"], ["pip3"], ["pip"], ["uv", "pip"]] as const;

/** What is kept of the wheels; all else belongs to Python. */
const KEPT = /\.(so|dylib)(\.[\d.]+)?$|\/VERSION(\.txt)?$/;

/** Written last: says which wheels are installed. */
const MARK = "installed.txt";

if (import.meta.main) {
  const { target } = parseArgs(Deno.args, { string: ["target"], default: { target: INSTALLED } });
  Deno.exitCode = await install(String(target));
}

/** Installs into a folder; gives the exit code. */
export async function install(target: string): Promise<number> {
  const platform = `${Deno.build.os}-${Deno.build.arch}`;
  const list = fromFileUrl(new URL(`./native/${platform}.txt`, import.meta.url));
  const wanted = await readText(list);
  if (wanted === undefined) {
    console.error(
      `Cannot install native libraries: no wheels are pinned for "${platform}". ${WAYS}`,
    );
    return 1;
  }
  if (await readText(join(target, MARK)) === wanted) {
    console.log(`Native libraries are installed in ${target}`);
    return 0;
  }
  const installer = await findInstaller();
  if (installer === undefined) {
    console.error(`Cannot install native libraries: there is neither pip nor uv. ${WAYS}`);
    return 1;
  }
  await Deno.mkdir(target, { recursive: true });
  const staging = await Deno.makeTempDir({ dir: target, prefix: "staging-" });
  try {
    if (!await fetchWheels(installer, list, staging)) {
      console.error(`Cannot install native libraries: "${installer.join(" ")}" failed. ${WAYS}`);
      return 1;
    }
    await keepLibraries(staging, target);
    await linkOpenMp(target);
    await Deno.writeTextFile(join(target, MARK), wanted);
  } finally {
    await Deno.remove(staging, { recursive: true });
  }
  console.log(`Installed native libraries in ${target}`);
  return 0;
}

async function findInstaller(): Promise<readonly string[] | undefined> {
  for (const installer of INSTALLERS) {
    // "uv pip" has no version of its own.
    const program = installer[0] === "uv" ? ["uv"] : installer;
    if (await run([...program, "--version"], "null")) return installer;
  }
  return undefined;
}

/** `--no-deps`: else numpy and scipy come too. The hashes decide what is accepted. */
function fetchWheels(
  installer: readonly string[],
  list: string,
  folder: string,
): Promise<boolean> {
  const options = ["--no-deps", "--only-binary", ":all:", "--require-hashes"];
  const quiet = installer[0] === "uv" ? [] : ["--no-compile", "--quiet", "--no-input"];
  return run(
    [...installer, "install", ...options, ...quiet, "--target", folder, "-r", list],
    "inherit",
  );
}

async function run(words: readonly string[], output: "null" | "inherit"): Promise<boolean> {
  try {
    const [program, ...args] = words;
    const command = new Deno.Command(program!, { args, stdout: output, stderr: output });
    return (await command.output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function keepLibraries(from: string, to: string): Promise<void> {
  for await (const path of files(from)) {
    if (!KEPT.test(path)) continue;
    const kept = join(to, path.slice(from.length + 1));
    await Deno.mkdir(dirname(kept), { recursive: true });
    await Deno.rename(path, kept);
  }
}

async function* files(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* files(path);
    else yield path;
  }
}

/** LightGBM brings no libgomp: it gets XGBoost's, under the name that its loader asks for. */
async function linkOpenMp(target: string): Promise<void> {
  if (Deno.build.os !== "linux") return;
  const libraries = "xgboost_cpu.libs";
  for await (const { name } of Deno.readDir(join(target, libraries))) {
    if (!name.startsWith("libgomp-")) continue;
    const link = join(target, "omp", "libgomp.so.1");
    await Deno.mkdir(dirname(link), { recursive: true });
    await Deno.remove(dirname(link), { recursive: true });
    await Deno.mkdir(dirname(link));
    await Deno.symlink(join("..", libraries, name), link);
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
