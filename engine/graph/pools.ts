/**
 * Whether the slots that assets take exist.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Problem } from "../declare/errors.ts";
import type { Pool } from "../declare/pool.ts";
import { nearest } from "./nearest.ts";

/** What is wrong with the pools that assets name. */
export function poolProblems(assets: Iterable<Asset>, pools: Iterable<Pool>): Problem[] {
  const known = new Map([...pools].map((p) => [p.name, p]));
  return [...assets].flatMap((a) =>
    Object.entries(a.pools).flatMap(([name, slots]) => {
      const why = poolProblem(known, name, slots);
      if (why === undefined) return [];
      const message = `Cannot define asset "${a.name}": ${why}`;
      return [{ message, at: a.declaredAt, names: [a.name, name] }];
    })
  );
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
