/**
 * What a plan reads and nobody has made yet.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Definitions } from "../graph/define.ts";
import { type Reading, readings, sliceText } from "./inputs.ts";
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
  return completed(definitions, targets, { judgement, may: (up) => up.external });
}

/**
 * The targets and all that they cannot do without: a slice that was never built, where a target reads exactly that one,
 * or the newest candidate where it reads the newest that exists and none does.
 */
export function withRequired(
  definitions: Definitions,
  targets: readonly Target[],
  judgement: Judgement,
): readonly Target[] {
  return completed(definitions, targets, { judgement, may: () => true });
}

interface Completing {
  readonly judgement: Judgement;
  /** Whether a slice of this asset may be added. */
  may(up: Asset): boolean;
}

function completed(
  definitions: Definitions,
  targets: readonly Target[],
  { judgement, may }: Completing,
): readonly Target[] {
  const known = new Set(targets.map((t) => `${t.asset.name} ${t.partition}`));
  const found = [...targets];
  // Grows while it is walked: what is added may lack something itself.
  for (const target of found) {
    if (target.asset.external) continue;
    for (const read of readings(target.asset, target.key, judgement.now)) {
      const partition = may(read.up) ? lacking(read, known, judgement) : undefined;
      if (partition === undefined) continue;
      known.add(`${read.up.name} ${partition}`);
      found.push(added(read.up, partition, target));
    }
  }
  const place = new Map(definitions.assets.map((a, i) => [a, i]));
  return found.sort((a, b) => place.get(a.asset)! - place.get(b.asset)!);
}

/** The slice that would have to be made so that there is something to read. */
function lacking(
  read: Reading,
  known: ReadonlySet<string>,
  judgement: Judgement,
): string | undefined {
  if (read.as === "order" || read.as === "many") return undefined;
  const has = (p: string) =>
    known.has(`${read.up.name} ${p}`) || judgement.state(read.up.name, p)?.visible;
  return read.partitions.some(has) ? undefined : read.partitions.at(-1);
}

const added = (asset: Asset, partition: string, reader: Target): Target => ({
  asset,
  key: asset.partitions.parse(partition),
  partition,
  reason: `${sliceText(reader.asset.name, reader.partition)} reads it and it was never ` +
    (asset.external ? "observed" : "built"),
});
