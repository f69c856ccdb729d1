/**
 * Automatic fingerprints of code: two states of a project give an asset the same fingerprint if what it computes is
 * made of the same code. Comments, layout, types, names and places of helpers, and everything that the asset does not
 * reach do not count; imported code of the project, files it names and locked versions of packages do.
 *
 * Nothing is run. This room knows no assets but those that a file declares by calling `asset()` and the like.
 *
 * @module
 */
import { keyOf, SummaryCache } from "./cache.ts";
import { type CodePrint, printAssets } from "./link/assets.ts";
import { type Discovered, Linker, type Place } from "./link/linker.ts";
import { Resolver } from "./link/resolve.ts";
import { readSources, type Sources } from "./link/sources.ts";
import { Lock, type LockFile } from "./lock.ts";
import { parserApart, parserHere } from "./parser.ts";
import type { Summary, Warning } from "./summary.ts";

export type { CodePrint, Reached } from "./link/assets.ts";
export { changesOf } from "./changes.ts";
export type { Locked, LockFile } from "./lock.ts";
export type { Warning } from "./summary.ts";

/** Where the code is. */
export interface FingerprintOptions {
  /** Folder with `deno.json` and `deno.lock`. */
  readonly root: string;
  /** Modules from which everything is reached, by path from the root: `project.ts`. */
  readonly entries: readonly string[];
  /** Folder for what was read before; without one every file is parsed. */
  readonly cacheDir?: string;
  /** Specifiers of which only the names count. @default {["engine"]} */
  readonly engine?: readonly string[];
  /** Names of all assets: if one is not found, the exports of the modules that entries import are asked for. */
  readonly assets?: readonly string[];
  /** Names of assets by export, of a module that was imported: what only running code can see. */
  readonly exportsOf?: (path: string) => Promise<Readonly<Record<string, readonly string[]>>>;
  /** Whether new files are read in a thread of its own, for a process that lives long. @default {false} */
  readonly apart?: boolean;
  /** The text of a file; undefined if there is none. @default {reads below the root} */
  readonly text?: (path: string) => string | undefined;
}

/** Fingerprints of a project. */
export interface Fingerprints {
  /** The code of an asset; undefined if its declaration was not found. */
  of(asset: string): CodePrint | undefined;
  /** All assets that were found, by name. */
  readonly assets: readonly string[];
  /** What the fingerprints cannot see, over all assets. */
  warnings(): readonly Warning[];
}

/**
 * Takes the fingerprints of all assets that some modules declare, directly or through what they import.
 *
 * @throws {SyntaxError} If `deno.json`, `deno.lock` or an imported JSON file is not JSON.
 */
export async function fingerprints(o: FingerprintOptions): Promise<Fingerprints> {
  const text = o.text ?? ((path: string) => readText(`${o.root}/${path}`));
  const config = JSON.parse(text("deno.json") ?? "{}") as {
    readonly imports?: Readonly<Record<string, string>>;
  };
  const lock = new Lock(JSON.parse(text("deno.lock") ?? "{}") as LockFile);
  const engine = new Set(o.engine ?? ["engine"]);
  const resolver = new Resolver({ imports: config.imports ?? {}, engine });
  const sources = await read(o, text, resolver);
  const first = link(sources, lock, new Map());
  const missing = o.assets?.filter((name) => !first.has(name)) ?? [];
  const prints = missing.length > 0 && o.exportsOf
    ? link(sources, lock, await discover(o, sources, new Set(missing)))
    : first;
  return {
    of: (asset) => prints.get(asset),
    assets: [...prints.keys()].sort(),
    warnings: () => unique([...prints.values()].flatMap((p) => p.warnings())),
  };
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    const isAbsent = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.IsADirectory || error instanceof Deno.errors.NotADirectory;
    if (isAbsent) return undefined;
    throw error;
  }
}

async function read(
  o: FingerprintOptions,
  text: (path: string) => string | undefined,
  resolver: Resolver,
): Promise<Sources> {
  const cache = await SummaryCache.open(o.cacheDir);
  using parser = o.apart ? parserApart() : parserHere();
  const parsed = async (path: string, code: string): Promise<Summary> => {
    const made = await parser.summarise(path, code);
    cache.set(keyOf(path, code), made);
    return made;
  };
  const summary = (path: string, code: string) =>
    cache.get(keyOf(path, code)) ?? parsed(path, code);
  const sources = await readSources({ entries: o.entries, resolver, text, summary });
  await cache.save();
  return sources;
}

function link(
  sources: Sources,
  lock: Lock,
  discovered: Discovered,
): ReadonlyMap<string, CodePrint> {
  const linker = new Linker({ sources, lock, discovered });
  const places: Place[] = [];
  for (const [path, summary] of sources.modules) {
    for (const unit of summary.units) {
      const place = { path, summary, unit };
      if (linker.kindOf(place) !== "asset" || linker.assetsOf(place).length === 0) continue;
      places.push(place);
    }
  }
  return printAssets(linker, places);
}

/** Asks the modules that entries import for assets that no file names in a literal. */
async function discover(
  o: FingerprintOptions,
  sources: Sources,
  missing: ReadonlySet<string>,
): Promise<Discovered> {
  const linker = new Linker({ sources, lock: new Lock({}), discovered: new Map() });
  const found = new Map<string, readonly string[]>();
  for (const path of modulesOf(o.entries, sources)) {
    for (const [name, assets] of Object.entries(await o.exportsOf!(path))) {
      const here = assets.filter((asset) => missing.has(asset));
      const at = here.length > 0 ? linker.origin(path, name) : undefined;
      if (at !== undefined) found.set(at, here);
    }
  }
  return found;
}

/** The entries and the modules that they import. */
function modulesOf(entries: readonly string[], sources: Sources): ReadonlySet<string> {
  const found = new Set(entries);
  for (const entry of entries) {
    const { imports = {}, exports = {}, stars = [] } = sources.modules.get(entry) ?? {};
    const exported = Object.values(exports).flatMap((e) => e.length === 2 ? [e[0]] : []);
    const named = Object.values(imports).map(([from]) => from);
    for (const from of [...named, ...exported, ...stars]) {
      const to = sources.resolver.target(entry, from);
      if ("path" in to && sources.modules.has(to.path)) found.add(to.path);
    }
  }
  return found;
}

function unique(warnings: readonly Warning[]): readonly Warning[] {
  const byText = new Map(warnings.map((w) => [`${w.at} ${w.what}`, w]));
  return [...byText.keys()].sort().map((text) => byText.get(text)!);
}
