/**
 * Who reads whom, both ways, without objects.
 *
 * @module
 */
import type { AssetRule } from "./fact.ts";
import type { Mapping } from "./mapping.ts";

/** The edges of a graph. Edges of asset `a` are those in [`upAt[a]`, `upAt[a + 1]`). */
export interface Edges {
  /** First edge to an upstream, by asset; one more at the end. */
  readonly upAt: Int32Array;
  /** The upstream, by edge. */
  readonly up: Int32Array;
  /** Which slices are read, by edge. */
  readonly mapping: readonly Mapping[];
  /** 1 where the upstream is not read but waited for, by edge. */
  readonly orderOnly: Uint8Array;
  /** First entry of the readers, by asset; one more at the end. */
  readonly downAt: Int32Array;
  /** The reader, by entry. */
  readonly down: Int32Array;
  /** The edge, by entry. */
  readonly downEdge: Int32Array;
}

/** The edges of assets. @throws {RangeError} If an upstream does not stand before its reader. */
export function edgesOf(assets: readonly AssetRule[]): Edges {
  const total = assets.reduce((sum, a) => sum + a.deps.length, 0);
  const upAt = new Int32Array(assets.length + 1);
  const downAt = new Int32Array(assets.length + 1);
  const up = new Int32Array(total);
  const orderOnly = new Uint8Array(total);
  const mapping: Mapping[] = [];
  assets.forEach(({ name, deps }, asset) => {
    for (const dep of deps) {
      if (!(dep.asset >= 0 && dep.asset < asset)) {
        throw new RangeError(`Cannot index "${name}": upstream ${dep.asset} is not before it`);
      }
      up[mapping.length] = dep.asset;
      orderOnly[mapping.length] = dep.orderOnly ? 1 : 0;
      mapping.push(dep.mapping);
      downAt[dep.asset + 1]!++;
    }
    upAt[asset + 1] = mapping.length;
  });
  for (let a = 0; a < assets.length; a++) downAt[a + 1]! += downAt[a]!;
  return { upAt, up, mapping, orderOnly, downAt, ...readersOf({ upAt, up, downAt }) };
}

function readersOf({ upAt, up, downAt }: Pick<Edges, "upAt" | "up" | "downAt">) {
  const down = new Int32Array(up.length);
  const downEdge = new Int32Array(up.length);
  const next = downAt.slice();
  for (let a = 0; a + 1 < upAt.length; a++) {
    for (let edge = upAt[a]!; edge < upAt[a + 1]!; edge++) {
      const entry = next[up[edge]!]!++;
      down[entry] = a;
      downEdge[entry] = edge;
    }
  }
  return { down, downEdge };
}
