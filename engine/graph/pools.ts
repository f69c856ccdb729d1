/**
 * The slots that assets take, and whether they exist.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Problem } from "../declare/errors.ts";
import type { Pool } from "../declare/pool.ts";
import { nearest } from "./nearest.ts";

/** Slots that a step of an asset takes, by pool: those that it names, and one of each pool of its tags. */
export function slotsOf(
  asset: Asset,
  pools: readonly Pool[],
): { readonly [pool: string]: number } {
  const tagged = pools.filter((p) => p.tag !== undefined && asset.tags.includes(p.tag));
  if (tagged.length === 0) return asset.pools;
  return { ...Object.fromEntries(tagged.map((p) => [p.name, 1])), ...asset.pools };
}

/** What is wrong with the pools that assets name. */
export function poolProblems(assets: Iterable<Asset>, pools: Iterable<Pool>): Problem[] {
  const known = new Map([...pools].map((p) => [p.name, p]));
  const tags = [...new Set([...assets].flatMap((a) => a.tags))];
  const untagged = [...known.values()].filter((p) => p.tag !== undefined && !tags.includes(p.tag));
  const idle = untagged.map(({ name, tag = "", declaredAt }) => {
    const near = nearest(tag, tags);
    const message = `Cannot define pool "${name}": no asset has the tag "${tag}"` +
      (near ? `, did you mean "${near}"?` : "");
    return { message, at: declaredAt, names: [name] };
  });
  return idle.concat([...assets].flatMap((a) =>
    Object.entries(a.pools).flatMap(([name, slots]) => {
      const why = poolProblem(known, name, slots);
      if (why === undefined) return [];
      const message = `Cannot define asset "${a.name}": ${why}`;
      return [{ message, at: a.declaredAt, names: [a.name, name] }];
    })
  ));
}

function poolProblem(known: ReadonlyMap<string, Pool>, name: string, slots: number) {
  const found = known.get(name);
  if (!found) {
    const near = nearest(name, [...known.keys()]);
    const remedy = near
      ? `did you mean "${near}"?`
      : `declare it: pool({ name: "${name}", slots: 4 })`;
    return `no pool is named "${name}", ${remedy}`;
  }
  if (!Number.isInteger(slots) || slots < 1) {
    return `it takes ${slots} slots of pool "${name}", give a whole number from 1`;
  }
  if (slots > found.slots) {
    return `it takes ${slots} slots of pool "${name}", which has ${found.slots}: it could never run`;
  }
}
