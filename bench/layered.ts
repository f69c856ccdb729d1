/**
 * Assets in layers, each of which reads some of the layer above.
 *
 * @module
 */
import { type Asset, asset, define, type Definitions, job, when } from "engine";

/** The shape of the graph. */
export interface Shape {
  /** How many in all. */
  readonly assets: number;
  /** How many in a layer. */
  readonly layer: number;
  /** How many of the layer above each reads. */
  readonly fanIn: number;
}

/** The first layer is asked for by a nightly job, the others ask for themselves. */
export function layered({ assets: count, layer, fanIn }: Shape): Definitions {
  const made: Asset[] = [];
  for (let i = 0; i < count; i++) {
    const above = Math.floor(i / layer) - 1;
    const ups = above < 0
      ? []
      : Array.from({ length: fanIn }, (_, k) => made[above * layer + (i * 7 + k * 13) % layer]!);
    made.push(asset({
      name: `layer_${above + 1}/asset_${i}`,
      deps: Object.fromEntries(ups.map((up, k) => [`input_${k}`, up])),
      ...(above < 0 ? {} : { when: when.eager }),
      materialize: () => i,
    }) as unknown as Asset);
  }
  const roots = job({ name: "roots", cron: "0 2 * * *", assets: made.slice(0, layer) });
  return define({ made, roots });
}
