/**
 * The code of the assets: taken from the files of this program, compared with what made the results that are visible.
 *
 * @module
 */
import type { Asset, CodeSource, Definitions } from "engine";
import { fromFileUrl, join, toFileUrl } from "@std/path";
import type { Sql } from "./adapters/postgres/connect.ts";
import { keepClosures, staleClosures } from "./adapters/postgres/code/closures.ts";
import { changesOf, type Fingerprints, fingerprints } from "./fingerprint/mod.ts";

const ROOT = fromFileUrl(new URL("./", import.meta.url));

/**
 * Takes the fingerprints of all assets that `project.ts` in the folder `root` defines; `directory` keeps what was read, so
 * that the next start is quick.
 */
export function readCode(
  definitions: Definitions,
  directory: string,
  root = ROOT,
): Promise<Fingerprints> {
  return fingerprints({
    root,
    entries: ["project.ts"],
    cacheDir: join(directory, "cache", "fingerprints"),
    assets: definitions.assets.map((a) => a.name),
    apart: true,
    exportsOf: (path) => exportsOf(join(root, path)),
  });
}

/** Names of the assets in each export of a module, which runs already. */
async function exportsOf(path: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const module: { readonly [name: string]: unknown } = await import(toFileUrl(path).href);
  return Object.fromEntries(Object.entries(module).map(([name, value]) => [name, namesIn(value)]));
}

/** As `define()` sees an export: an asset, or an object or list of them. */
function namesIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  if ((value as { readonly kind?: unknown }).kind === "asset") return [(value as Asset).name];
  const inner = Object.values(value);
  const isFamily = inner.some((v) => typeof (v as { kind?: unknown } | null)?.kind === "string");
  return isFamily ? inner.flatMap(namesIn) : [];
}

/**
 * What the engine asks: present fingerprints, and what changed since those that made the visible results. What each
 * fingerprint is made of is kept in the database, once.
 */
export async function codeSource(sql: Sql, prints: Fingerprints): Promise<CodeSource> {
  await keepClosures(sql, prints.assets.map((asset) => prints.of(asset)!));
  const before = await staleClosures(sql, prints.assets.map((asset) => prints.of(asset)!));
  return {
    codeOf: (asset) => prints.of(asset)?.code,
    changeOf(asset, code) {
      const then = before.get(code);
      const now = prints.of(asset)?.closure();
      return then && now && changesOf(then, now);
    },
  };
}
