/**
 * Assets in an order in which every asset comes after its upstreams.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Dep } from "../declare/deps.ts";
import { DefinitionError } from "../declare/errors.ts";

/** An asset behind a dep, with or without a rule around it. */
export const upstreamOf = (dep: Dep): Asset => "kind" in dep ? dep : dep.asset;

/**
 * Assets in an order in which every asset comes after its upstreams.
 *
 * @throws {DefinitionError} On a cycle, naming the assets along it.
 */
export function sorted(assets: Iterable<Asset>): Asset[] {
  const done = new Set<Asset>();
  const path = new Set<Asset>();
  const visit = (a: Asset) => {
    if (done.has(a)) return;
    if (path.has(a)) {
      const all = [...path];
      const names = [...all.slice(all.indexOf(a)), a].map((x) => x.name);
      const message = `Cannot order assets: ${names.join(" -> ")} is a cycle`;
      throw new DefinitionError([{ message, at: a.declaredAt, names }]);
    }
    path.add(a);
    for (const dep of Object.values(a.deps)) {
      // What it reads of itself is older slices: they come before it by time.
      if (upstreamOf(dep) !== a) visit(upstreamOf(dep));
    }
    path.delete(a);
    done.add(a);
  };
  for (const a of assets) visit(a);
  return [...done];
}
