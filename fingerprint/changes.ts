/**
 * What lies between two states of the code of one asset, in words.
 *
 * @module
 */
import type { Reached } from "./link/assets.ts";

/** Pieces named in one sentence. */
const MOST = 3;

/**
 * Says which pieces changed, came and went, the most telling first; undefined if nothing did.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { changesOf } from "./changes.ts";
 *
 * const before = [{ id: "lib/stats.ts#smooth", hash: "a" }];
 * const after = [{ id: "lib/stats.ts#smooth", hash: "b" }];
 * assertEquals(changesOf(before, after), "`smooth` (lib/stats.ts) changed");
 * ```
 */
export function changesOf(
  before: readonly Reached[],
  after: readonly Reached[],
): string | undefined {
  const old = new Map(before.map((r) => [r.id, r.hash]));
  const now = new Map(after.map((r) => [r.id, r.hash]));
  const changed = after.filter((r) => old.has(r.id) && old.get(r.id) !== r.hash);
  const packages = Map.groupBy(changed, (r) => /^(npm|jsr):[^#]+/.exec(r.id)?.[0] ?? "");
  const own = packages.get("") ?? [];
  packages.delete("");
  const sentences = [
    ...own.map((r) => `${nameOf(r.id)} changed`),
    ...[...packages].map(([name, [r]]) => bumped(name, old.get(r!.id)!, r!.hash)),
    ...after.filter((r) => !old.has(r.id)).map((r) => `${nameOf(r.id)} is new`),
    ...before.filter((r) => !now.has(r.id)).map((r) => `${nameOf(r.id)} is gone`),
  ];
  if (sentences.length === 0) return undefined;
  const rest = sentences.length - MOST;
  return [...sentences.slice(0, MOST), ...(rest > 0 ? [`${rest} more`] : [])].join(", ");
}

function bumped(name: string, before: string, after: string): string {
  const [from, to] = [before, after].map((h) => h.split(" ")[0]);
  return from === to ? `what ${name} ${to} needs changed` : `${name} went from ${from} to ${to}`;
}

/** `lib/stats.ts#smooth` as people say it. */
function nameOf(id: string): string {
  const hash = id.lastIndexOf("#");
  const data = id.startsWith("data:") ? id.slice("data:".length) : undefined;
  if (data !== undefined) return data;
  if (hash < 0) return id;
  return `\`${id.slice(hash + 1)}\` (${id.slice(0, hash)})`;
}
