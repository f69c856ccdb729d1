/**
 * What targets cannot do without and nobody has built yet.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Definitions } from "../graph/define.ts";
import { type Reading, readings, sliceText } from "./inputs.ts";
import type { Judgement } from "./judge.ts";
import type { Target } from "./targets.ts";

/**
 * The slice that would have to be built so that a dep has something to read: the very one, or the newest candidate where
 * the newest that exists is read and none does. Undefined if there is something, or if the step looks itself, as it does
 * with what others own.
 */
export function lacking(
  read: Reading,
  planned: (asset: string, partition: string) => boolean,
  judgement: Judgement,
): string | undefined {
  if (read.as === "order" || read.as === "many" || read.up.external) return undefined;
  // Where the rule has no such slice, undefined is read.
  if (read.as === "maybe" && read.partitions.length === 0) return undefined;
  const has = (p: string) => planned(read.up.name, p) || judgement.state(read.up.name, p)?.visible;
  // From the end: of the newest that exists it is mostly the last.
  return read.partitions.findLast(has) !== undefined ? undefined : read.partitions.at(-1) ?? "";
}

/** The targets and all slices that they lack, upstream first; only of the assets in `among`, where it is given. */
export function withRequired(
  definitions: Definitions,
  targets: readonly Target[],
  { judgement, among }: {
    readonly judgement: Judgement;
    readonly among?: ReadonlySet<Asset> | undefined;
  },
): readonly Target[] {
  const known = new Set(targets.map((t) => `${t.asset.name} ${t.partition}`));
  const planned = (asset: string, partition: string) => known.has(`${asset} ${partition}`);
  const found = [...targets];
  // Grows while it is walked: what is added may lack something itself.
  for (const target of found) {
    if (target.asset.external) continue;
    for (const read of readings(target.asset, target.key, judgement.now)) {
      const partition = lacking(read, planned, judgement);
      // A dep without any candidate cannot be helped here; submitting says so.
      if (partition === undefined || !read.partitions.length) continue;
      if (among && !among.has(read.up)) continue;
      known.add(`${read.up.name} ${partition}`);
      found.push(added(read.up, partition, target));
    }
  }
  const place = new Map(definitions.assets.map((a, i) => [a, i]));
  return found.sort((a, b) => place.get(a.asset)! - place.get(b.asset)!);
}

const added = (asset: Asset, partition: string, reader: Target): Target => ({
  asset,
  key: asset.partitions.parse(partition),
  partition,
  reason: `${sliceText(reader.asset.name, reader.partition)} reads it and it was never built`,
});
