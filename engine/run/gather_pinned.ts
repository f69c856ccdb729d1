/**
 * What a step reads whose inputs are fixed: the versions of a run before, where they still are.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { DoNotRetry } from "../declare/errors.ts";
import { type Reading, sliceText } from "../decide/inputs.ts";
import { OBSERVED_INLINE } from "../decide/judge.ts";
import type { Claimed, Pin, SliceKey } from "../ledger/records.ts";
import type { Bench } from "./bench.ts";
import type { Read } from "./gather.ts";

/** Looks at external data for one step. */
export type Observe = (up: Asset, partition: string) => Promise<Read>;

/** What is found under the pins of a step, by reading. */
export async function pinnedReads(
  bench: Bench,
  asked: readonly Reading[],
  { claimed, pins, observe }: {
    readonly claimed: Claimed;
    readonly pins: readonly Pin[];
    readonly observe: Observe;
  },
): Promise<ReadonlyMap<Reading, readonly Read[]>> {
  const fixed = pins.flatMap((p) => p.version === null ? [] : BigInt(p.version));
  const [versions, visible] = await Promise.all([
    bench.ledger.versions(fixed),
    bench.ledger.visible(pins),
  ]);
  const kept = new Map<string, Read>(versions.map((m) => [String(m.version), m]));
  const shown = new Map<string, Read>(visible.map((m) => [textOf(m), m]));
  const found = new Map<Reading, readonly Read[]>();
  for (const reading of asked) {
    const reads: Read[] = [];
    for (const pin of pins.filter((p) => p.input === reading.input)) {
      const read = pin.version === null
        ? shown.get(textOf(pin))
        : reading.up.external && pin.version === OBSERVED_INLINE
        ? await observe(reading.up, pin.partition)
        : kept.get(pin.version);
      const why = whyNot(reading.up, pin, { read, shown: shown.get(textOf(pin)) });
      if (why !== undefined) {
        throw new DoNotRetry(`Cannot run ${sliceText(claimed.asset, claimed.partition)}: ${why}`);
      }
      reads.push(read!);
    }
    found.set(reading, reads);
  }
  return found;
}

const textOf = (k: SliceKey) => `${k.asset}\n${k.partition}`;

/** What is there of a pinned input. */
export interface Found {
  /** The pinned version, if it is kept. */
  readonly read: Pick<Read, "dataVersion"> | undefined;
  /** The visible version. */
  readonly shown: Pick<Read, "version" | "dataVersion"> | undefined;
}

/** Why a pinned input cannot be read as it was, in words; undefined if it can. */
export function whyNot(up: Asset, pin: Pin, { read, shown }: Found): string | undefined {
  const slice = sliceText(pin.asset, pin.partition);
  if (pin.version === null) return read ? undefined : `its input ${slice} was never materialized`;
  if (up.external) {
    const now = pin.version === OBSERVED_INLINE ? read : shown;
    return now?.dataVersion === pin.dataVersion
      ? undefined
      : `its input ${slice} lies outside and has changed since, so what was read then cannot be read again`;
  }
  if (!read) return `version ${pin.version} of its input ${slice} is not kept any more`;
  const [table] = up.io.tables ?? [];
  if (table === undefined || String(shown?.version) === pin.version) return undefined;
  return `its input ${slice} lies in the table ${table}, which shows version ${shown?.version} and not ` +
    `${pin.version}, which was read then`;
}
