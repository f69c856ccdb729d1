/** Copies of the engine into which a bug is planted, so that the shipped files need no switch. @module */
import { dirname, join } from "@std/path";

/** A bug: what it is, and the text of one file that it changes. */
export interface Mutant {
  /** What is broken, in a few words. */
  readonly bug: string;
  /** File of `engine/`. */
  readonly file: string;
  /** What stands there exactly once. */
  readonly from: string;
  /** What stands there then. */
  readonly to: string;
}

const ENGINE = new URL("../../engine/", import.meta.url).pathname;

/** A copy of the engine; ends with the test. */
export interface Planted extends AsyncDisposable {
  /** A module of the copy, by its path in `engine/`. */
  load<T>(path: string): Promise<T>;
}

/**
 * The engine with the bug.
 *
 * @throws {RangeError} If the text is not there exactly once: then the code has moved on and the mutant must too.
 */
export async function planted({ file, from, to, bug }: Mutant): Promise<Planted> {
  const parts = (await Deno.readTextFile(join(ENGINE, file))).split(from);
  if (parts.length !== 2) {
    throw new RangeError(
      `Cannot plant "${bug}": "${from}" is ${parts.length - 1} times in ${file}`,
    );
  }
  const folder = await Deno.makeTempDir({ prefix: "aurora-mutant-" });
  await copy("", folder);
  await Deno.writeTextFile(join(folder, file), parts.join(to));
  return {
    load: (path) => import(`file://${folder}/${path}`),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function copy(path: string, folder: string): Promise<void> {
  for await (const entry of Deno.readDir(join(ENGINE, path))) {
    const name = join(path, entry.name);
    if (entry.isDirectory) await copy(name, folder);
    else if (name.endsWith(".ts")) {
      await Deno.mkdir(dirname(join(folder, name)), { recursive: true });
      await Deno.copyFile(join(ENGINE, name), join(folder, name));
    }
  }
}
