/**
 * Choosing assets by a line of text, the same in code, on the command line, in the API and in the search box.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { UnknownName } from "../declare/errors.ts";
import { nearest } from "./nearest.ts";
import { upstreamOf } from "./order.ts";

const FIELD: { readonly [field: string]: (a: Asset) => readonly string[] } = {
  key: (a) => [a.name],
  group: (a) => [a.group],
  tag: (a) => a.tags,
  owner: (a) => a.owners,
  kind: (a) => a.kinds,
};

const TERM = /^(?<up>\d*\+)?(?:(?<field>[a-z]+):)?(?<text>[^+]+?)(?<down>\+\d*)?$/;

/** Steps to walk: absent 0, `+` all, `2+` two. */
function depth(text: string | undefined): number {
  if (text === undefined) return 0;
  const n = text.replace("+", "");
  return n === "" ? Infinity : Number(n);
}

function walk(from: ReadonlySet<Asset>, steps: number, next: (a: Asset) => Iterable<Asset>) {
  const found = new Set(from);
  let edge: Asset[] = [...from];
  for (let i = 0; i < steps && edge.length; i++) {
    edge = edge.flatMap((a) => [...next(a)]).filter((a) => !found.has(a));
    edge.forEach((a) => found.add(a));
  }
  return found;
}

function pattern(text: string): RegExp {
  const escaped = text.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`);
}

/**
 * The assets that a selection names, in the order of `assets`.
 *
 * Terms are joined by spaces or commas: `features/activity`, `features/*`, `group:models`, `tag:nightly`, `owner:ml`,
 * `kind:sql`; `+x` with everything upstream, `x+` downstream, `2+x` two steps up; `-x` takes away.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { asset, select } from "engine";
 *
 * const a = asset({ name: "raw/a", materialize: () => 1 });
 * const b = asset({ name: "made/b", deps: { a }, materialize: ({ a }) => a });
 * assertEquals(select([a, b], "+made/b -group:raw"), [b]);
 * ```
 *
 * @throws {UnknownName} If a name matches no asset, with the nearest one.
 * @throws {SyntaxError} If a term cannot be read.
 */
export function select(assets: readonly Asset[], text: string): Asset[] {
  const downs = new Map<Asset, Asset[]>(assets.map((a) => [a, []]));
  for (const a of assets) {
    for (const dep of Object.values(a.deps)) downs.get(upstreamOf(dep))?.push(a);
  }
  const chosen = new Set<Asset>();
  for (const word of text.split(/[\s,]+/).filter(Boolean)) {
    const without = word.startsWith("-");
    for (const a of term(assets, downs, without ? word.slice(1) : word)) {
      if (without) chosen.delete(a);
      else chosen.add(a);
    }
  }
  return assets.filter((a) => chosen.has(a));
}

function term(assets: readonly Asset[], downs: ReadonlyMap<Asset, Asset[]>, word: string) {
  const { up, field = "key", text, down } = TERM.exec(word)?.groups ?? {};
  const values = FIELD[field];
  if (text === undefined || !values) {
    throw new SyntaxError(
      `Cannot read selection: "${word}" is not like "features/*", "group:models" or "+models/energy"`,
    );
  }
  const like = pattern(text);
  const hits = new Set(assets.filter((a) => values(a).some((v) => like.test(v))));
  if (!hits.size) {
    const known = [...new Set(assets.flatMap(values))];
    throw new UnknownName(field === "key" ? "asset" : field, text, nearest(text, known));
  }
  const above = walk(hits, depth(up), (a) => Object.values(a.deps).map(upstreamOf));
  const below = walk(hits, depth(down), (a) => downs.get(a) ?? []);
  return new Set([...above, ...below]);
}
