/**
 * Observing what a plan reads of others and nobody has looked at yet.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Definitions } from "../graph/define.ts";
import { readings, sliceText } from "./inputs.ts";
import type { Judgement } from "./judge.ts";
import type { Target } from "./targets.ts";

/**
 * The targets and the external slices that they read and that were never observed: observing costs little and changes
 * nothing, so nobody has to ask for it.
 */
export function withSources(
  definitions: Definitions,
  targets: readonly Target[],
  judgement: Judgement,
): readonly Target[] {
  const known = new Set(targets.map((t) => `${t.asset.name} ${t.partition}`));
  const added: Target[] = [];
  for (const target of targets) {
    if (target.asset.external) continue;
    for (const read of readings(target.asset, target.key, judgement.now)) {
      if (!read.up.external || read.as === "order" || read.as === "many") continue;
      const has = (p: string) =>
        known.has(`${read.up.name} ${p}`) || judgement.state(read.up.name, p)?.visible;
      const partition = read.partitions.at(-1);
      if (partition === undefined || read.partitions.some(has)) continue;
      known.add(`${read.up.name} ${partition}`);
      added.push(observation(read.up, partition, target));
    }
  }
  const place = new Map(definitions.assets.map((a, i) => [a, i]));
  return [...added, ...targets].sort((a, b) => place.get(a.asset)! - place.get(b.asset)!);
}

const observation = (asset: Asset, partition: string, reader: Target): Target => ({
  asset,
  key: asset.partitions.parse(partition),
  partition,
  reason: `${sliceText(reader.asset.name, reader.partition)} reads it and it was never observed`,
});
