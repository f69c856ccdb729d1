import { dirname, fromFileUrl, join } from "@std/path";
import type { Algorithm } from "../train/request.ts";
import { MissingLibraryError } from "./error.ts";

/** What the search depends on: an argument, so that tests need no machine of their own. */
export interface Places {
  /** Kind of system: decides the names of the files. */
  readonly os: typeof Deno.build.os;
  /** Folder that `native:install` fills. */
  readonly installed: string;
  /** An environment variable, or undefined. */
  readonly env: (name: string) => string | undefined;
  /** Whether a file is there. */
  readonly exists: (path: string) => boolean;
  /** The text of a file, or undefined if it is not there. */
  readonly read: (path: string) => string | undefined;
  /** Names in a folder; none if it is not there. */
  readonly list: (folder: string) => readonly string[];
}

/** The folder that `deno task native:install` fills. */
export const INSTALLED: string = fromFileUrl(new URL("../../.native", import.meta.url));

/** Where a library was found, and which folder its loader needs in `LD_LIBRARY_PATH`. */
export interface Located {
  /** The file to open, or a bare name for the loader's own search. */
  readonly path: string;
  /** Folder of libgomp for machines that have none, if we installed it. */
  readonly loaderPath: string | undefined;
  /** What the wheel says beside the library; undefined for libraries from elsewhere. */
  readonly version: string | undefined;
}

/**
 * Finds the library of an algorithm: environment variable, our own install, the virtual environment
 * of Python or conda, Homebrew.
 *
 * @throws {MissingLibraryError} If it is at none of these places.
 */
export function locate(algorithm: Algorithm, places: Places = thisMachine()): Located {
  const variable = `AURORA_${algorithm.toUpperCase()}_LIB`;
  const named = places.env(variable);
  const omp = join(places.installed, "omp");
  const loaderPath = places.exists(omp) ? omp : undefined;
  if (named !== undefined && named !== "") {
    if (!places.exists(named)) {
      throw new MissingLibraryError(algorithm, [`${variable} = "${named}"`]);
    }
    return { path: named, loaderPath, version: versionBeside(named, places) };
  }
  const candidates = [...candidatePaths(algorithm, places)];
  const path = candidates.find(places.exists);
  if (path === undefined) throw new MissingLibraryError(algorithm, [variable, ...candidates]);
  return { path, loaderPath, version: versionBeside(path, places) };
}

/** The file of the library below the folder of its wheel, and its bare name. */
function fileNames(algorithm: Algorithm, os: Places["os"]): { wheel: string; bare: string } {
  const stem = algorithm === "xgboost" ? "xgboost" : "_lightgbm";
  if (os === "windows") {
    const bare = algorithm === "xgboost" ? "xgboost.dll" : "lib_lightgbm.dll";
    return { wheel: join(algorithm, algorithm === "xgboost" ? "lib" : "bin", bare), bare };
  }
  const bare = `lib${stem}.${os === "darwin" ? "dylib" : "so"}`;
  return { wheel: join(algorithm, "lib", bare), bare };
}

function* candidatePaths(algorithm: Algorithm, places: Places): Generator<string> {
  const { wheel, bare } = fileNames(algorithm, places.os);
  yield join(places.installed, wheel);
  for (const variable of ["VIRTUAL_ENV", "CONDA_PREFIX"]) {
    const prefix = places.env(variable);
    if (prefix === undefined || prefix === "") continue;
    yield join(prefix, "lib", bare);
    for (const name of places.list(join(prefix, "lib"))) {
      if (name.startsWith("python3")) yield join(prefix, "lib", name, "site-packages", wheel);
    }
  }
  if (places.os !== "darwin") return;
  const prefixes = new Set([places.env("HOMEBREW_PREFIX"), "/opt/homebrew", "/usr/local"]);
  for (const prefix of prefixes) {
    if (prefix !== undefined) yield join(prefix, "opt", algorithm, "lib", bare);
  }
}

/** Wheels hold `<package>/lib/<library>` and `<package>/VERSION`, of LightGBM `VERSION.txt`. */
function versionBeside(path: string, places: Places): string | undefined {
  const folder = dirname(dirname(path));
  return (places.read(join(folder, "VERSION")) ?? places.read(join(folder, "VERSION.txt")))?.trim();
}

/** The places of the machine that this runs on. */
export function thisMachine(): Places {
  return {
    os: Deno.build.os,
    installed: INSTALLED,
    env: (name) => Deno.env.get(name),
    exists,
    read: (path) => exists(path) ? Deno.readTextFileSync(path) : undefined,
    list: (folder) => exists(folder) ? [...Deno.readDirSync(folder)].map(({ name }) => name) : [],
  };
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}
