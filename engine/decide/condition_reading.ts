/**
 * What a version read, as the deciding engine sums it up.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { InputRecord } from "../ledger/records.ts";
import { depsOf, placeOf } from "./condition_rules.ts";
import {
  type Decider,
  hash53,
  READ_NOTHING,
  readBoth,
  type ReadInline,
  readItem,
} from "./engine/mod.ts";
import { OBSERVED_INLINE } from "./judge.ts";

/** What was read of slices that were visible then, and what was looked at for the version alone. */
export interface Reading {
  /** The first as a number. */
  readonly read: number;
  /** The second, one by one. */
  readonly inline: readonly ReadInline[];
}

/**
 * What an asset read, its own older slices left out. Records of an asset that is no upstream any more count for what they
 * were: nothing that is read now is equal to them.
 */
export function readingOf(
  engine: Pick<Decider, "place">,
  assets: readonly Asset[],
  made: { readonly asset: number; readonly inputs: readonly InputRecord[] },
): Reading {
  let read = READ_NOTHING;
  const inline: ReadInline[] = [];
  const deps = depsOf(assets[made.asset]!).map(([input]) => input);
  for (const record of made.inputs) {
    const place = engine.place(record.asset);
    if (place === made.asset) continue;
    const up = place === undefined ? undefined : assets[place];
    const slice = up === undefined ? -1 : placeOf(up, record.partition);
    const dep = deps.indexOf(record.input);
    const [upstream, version] = [hash53(record.asset), hash53(record.dataVersion)];
    const item = readItem({ dep, upstream, slice, version });
    if (up?.external && record.version === OBSERVED_INLINE) {
      if (slice >= 0 && dep >= 0) inline.push({ dep, slice, item });
    } else read = readBoth(read, item);
  }
  return { read, inline };
}
