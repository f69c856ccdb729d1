/**
 * What a step reads: the visible versions of its inputs, of one moment, or those to which it is fixed.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { DoNotRetry } from "../declare/errors.ts";
import { keyText, type PartitionKey } from "../declare/partitions.ts";
import type { Json } from "../declare/store.ts";
import { chosen, type Reading, readings, sliceText } from "../decide/inputs.ts";
import { OBSERVED_INLINE } from "../decide/judge.ts";
import { dataVersionOf } from "../graph/fingerprint.ts";
import type { Claimed, InputRecord, MaterializationRecord } from "../ledger/records.ts";
import type { Bench } from "./bench.ts";
import { called } from "./called.ts";
import { ownDataVersion } from "./data_version.ts";
import { pinnedReads } from "./gather_pinned.ts";
import { slices } from "./slices.ts";

/** Inputs as code gets them, and as they are remembered. */
export interface Gathered {
  /** Values by input name. */
  readonly inputs: { readonly [input: string]: unknown };
  /** Which versions they are. */
  readonly records: readonly InputRecord[];
}

/**
 * Reads the visible versions of all inputs at once, so that they are of one moment; or those to which the step is fixed.
 * External data that nobody has observed yet is observed for this step.
 */
export async function gather(
  bench: Bench,
  asset: Asset,
  key: PartitionKey,
  claimed: Claimed,
): Promise<Gathered> {
  const asked = readings(asset, key, claimed.startedAt).filter((r) => r.as !== "order");
  const found = claimed.pins
    ? await pinnedReads(bench, asked, {
      claimed,
      pins: claimed.pins,
      observe: (up, partition) => observe(bench, up, partition, claimed),
    })
    : await visibleReads(bench, asked, claimed);
  const inputs: { [input: string]: unknown } = {};
  const records: InputRecord[] = [];
  for (const r of asked) {
    const reads = found.get(r)!;
    inputs[r.input] = await inputOf(r, reads, claimed);
    records.push(...reads.map((m) => ({
      input: r.input,
      asset: m.asset,
      partition: m.partition,
      version: String(m.version),
      dataVersion: m.dataVersion,
    })));
  }
  return { inputs, records };
}

/** The visible versions, all of one moment. */
async function visibleReads(
  bench: Bench,
  asked: readonly Reading[],
  claimed: Claimed,
): Promise<ReadonlyMap<Reading, readonly Read[]>> {
  const keys = asked.flatMap((r) =>
    r.partitions.map((partition) => ({ asset: r.up.name, partition }))
  );
  const versions = await bench.ledger.visible(keys);
  const at = new Map<string, Read>(versions.map((m) => [`${m.asset}\n${m.partition}`, m]));
  const published = new Set(at.keys());
  for (const r of asked.filter((r) => r.up.external)) {
    for (const partition of unobserved(r, (p) => at.has(`${r.up.name}\n${p}`))) {
      at.set(`${r.up.name}\n${partition}`, await observe(bench, r.up, partition, claimed));
    }
  }
  return new Map(asked.map((r) => {
    const isPublished = (p: string) => published.has(`${r.up.name}\n${p}`);
    // What another input had looked at for this step is no newer version: nobody else would find it.
    const isThere = r.as === "newest" && r.partitions.some(isPublished)
      ? isPublished
      : (p: string) => at.has(`${r.up.name}\n${p}`);
    return [r, chosen(r, isThere).map((p) => at.get(`${r.up.name}\n${p}`)!)];
  }));
}

async function read(up: Asset, m: Read, claimed: Claimed): Promise<unknown> {
  if (!up.store) return m.value;
  const { version } = m.value as { version: string };
  try {
    return await up.store.read({ asset: m.asset, partition: m.partition, version });
  } catch (cause) {
    if (!claimed.pins || !(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new DoNotRetry(
      `Cannot run ${
        sliceText(claimed.asset, claimed.partition)
      }: version ${version} of its input ` +
        `${sliceText(m.asset, m.partition)} is not in its store any more`,
      { cause },
    );
  }
}

/** What is known of an input that is read. */
export type Read = Pick<
  MaterializationRecord,
  "asset" | "partition" | "version" | "dataVersion" | "value"
>;

/** Slices of an external input that have to be looked at: of several candidates for `newest` the last. */
function unobserved(r: Reading, seen: (partition: string) => boolean): readonly string[] {
  const missing = r.partitions.filter((p) => !seen(p));
  if (r.as !== "newest") return missing;
  return missing.length === r.partitions.length ? missing.slice(-1) : [];
}

async function observe(
  bench: Bench,
  up: Asset,
  partition: string,
  claimed: Claimed,
): Promise<Read> {
  const context = {
    resources: await bench.lender.lend(up.resources),
    version: 0n,
    now: claimed.startedAt,
    signal: new AbortController().signal,
    log: () => {},
    report: () => {},
    emit: () => {},
    partition: up.partitions.parse(partition),
  };
  const value = await called(
    `asset ${sliceText(up.name, partition)}`,
    () => up.run({ inputs: {}, context, attempt: {} }),
  ) as Json;
  const version = BigInt(OBSERVED_INLINE);
  const own = await ownDataVersion(up, sliceText(up.name, partition), value);
  return { asset: up.name, partition, version, dataVersion: own ?? dataVersionOf(value), value };
}

async function inputOf(
  r: Reading,
  found: readonly Read[],
  claimed: Claimed,
): Promise<unknown> {
  if (r.as === "many") {
    const byKey = new Map(found.map((m) => [m.partition, m]));
    const keys = found.map((m) => r.up.partitions.parse(m.partition));
    return slices(keys, (k) => read(r.up, byKey.get(keyText(k))!, claimed));
  }
  const [only] = found;
  if (only) return await read(r.up, only, claimed);
  if (r.as === "maybe" && r.partitions.length === 0) return undefined;
  const missing = r.as === "newest"
    ? `no slice of "${r.up.name}" that ended by then was materialized`
    : `its input ${sliceText(r.up.name, r.partitions[0] ?? null)} was never materialized`;
  throw new RangeError(
    `Cannot run ${
      sliceText(claimed.asset, claimed.partition)
    }: ${missing}; materialize "+${claimed.asset}"`,
  );
}
