/**
 * Everything about one asset.
 *
 * @module
 */
import type { Asset } from "../../declare/asset.ts";
import { durationText } from "../../declare/duration.ts";
import { keyText, type Partitions } from "../../declare/partitions.ts";
import type { Json } from "../../declare/store.ts";

import type { AssetStatus } from "../../decide/status.ts";
import { promiseTrack } from "../../decide/track.ts";
import { fingerprint } from "../../graph/fingerprint.ts";
import { upstreamOf } from "../../graph/order.ts";
import { nextTick } from "../cron.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { CheckState, MaterializationRecord } from "../../ledger/records.ts";
import type {
  AssetView,
  CheckView,
  FailureView,
  MaterializationView,
  PartitionsView,
  PartitionView,
} from "../views.ts";
import { cardOf, promiseNow } from "./cards.ts";
import type { ServiceOptions } from "./ports.ts";
import type { Seen } from "./seen.ts";
import { conditionText, instant, partitionOrNull } from "./words.ts";

const WEEK_MS = 7 * 86_400_000;
/** Versions that a timeline is drawn from: one each minute. */
const MOST_BUILDS = 10_080;

/** A materialization for people. */
export function materializationOf(m: Omit<MaterializationRecord, "value">): MaterializationView {
  return {
    id: String(m.version),
    at: instant(m.at),
    partition: partitionOrNull(m.partition),
    run: m.run,
    version: String(m.version),
    durationMs: m.durationMs,
    codeVersion: m.code,
    dataVersion: m.dataVersion,
    inputs: m.inputs.map((i) => ({ asset: i.asset, version: i.version })),
    metadata: m.metadata,
  };
}

/** Published materializations, newest first; withheld ones are skipped, not counted. */
export async function historyOf(
  ledger: Pick<Ledger, "history">,
  asset: string,
  o: { readonly limit: number; readonly before?: string | undefined },
): Promise<readonly MaterializationView[]> {
  const found: MaterializationView[] = [];
  let before = o.before;
  while (found.length < o.limit) {
    const page = await ledger.history(asset, { before, limit: o.limit });
    found.push(...page.filter((m) => m.published).map(materializationOf));
    if (page.length < o.limit) break;
    before = String(page.at(-1)!.version);
  }
  return found.slice(0, o.limit);
}

/** The declared checks of some assets with their latest verdicts. */
export function checksOf(
  { definitions }: Pick<ServiceOptions, "definitions">,
  { checks }: Seen,
  asset?: Asset,
): readonly CheckView[] {
  const newest = new Map<string, CheckState>();
  for (const c of checks) {
    const id = `${c.asset} ${c.check}`;
    const before = newest.get(id);
    if (!before || before.at < c.at) newest.set(id, c);
  }
  const declared = asset ? definitions.checksOf(asset) : definitions.checks;
  return declared.map((c): CheckView => {
    const state = newest.get(`${c.asset.name} ${c.name}`);
    return {
      asset: c.asset.name,
      name: c.name,
      description: c.description,
      severity: state?.severity ?? c.severity,
      blocking: c.blocking,
      passed: state?.passed ?? null,
      message: state?.reason ?? null,
      at: instant(state?.at ?? null),
      partition: state ? partitionOrNull(state.partition) : null,
      run: state?.run ?? null,
    };
  });
}

/** Slices whose last attempt failed, newest failure first. */
export function failuresOf(
  seen: Seen,
  assets: readonly Asset[],
): readonly FailureView[] {
  const failed: readonly AssetStatus[] = ["failed", "blocked"];
  return assets
    .flatMap((a) => seen.judgement.states(a).map((s) => ({ a, s })))
    .filter(({ a, s }) => s.last && failed.includes(seen.judgement.of(a, s.partition).status))
    .sort((x, y) => y.s.last!.at.getTime() - x.s.last!.at.getTime())
    .map(({ a, s }) => ({
      run: s.last!.run,
      asset: a.name,
      partition: partitionOrNull(s.partition),
      message: s.error?.message ?? seen.judgement.of(a, s.partition).causes.join("; "),
      at: instant(s.last!.at),
    }));
}

function automationOf(o: ServiceOptions, asset: Asset): string | null {
  const words = o.definitions.jobs
    .filter((j) => j.cron && j.assets.includes(asset))
    .map((j) => `with job "${j.name}" at "${j.cron}" ${j.timezone}`);
  if (asset.when) words.unshift(`when ${conditionText(asset.when)}`);
  return words.length ? words.join("; ") : null;
}

/** `premium:yes` is a name with a value, `nightly` a name alone. */
function tagsOf(asset: Asset): { readonly [name: string]: string } {
  return Object.fromEntries(asset.tags.map((tag) => {
    const at = tag.indexOf(":");
    return at < 0 ? [tag, ""] : [tag.slice(0, at), tag.slice(at + 1)];
  }));
}

function partitioningOf(asset: Asset, seen: Seen): AssetView["partitioning"] {
  if (asset.partitions.grain === "none") return null;
  const first = asset.partitions.count(seen.now) > 0 ? asset.partitions.keyAt(0) : undefined;
  return {
    kind: asset.partitions.rule.split(" from ")[0]!,
    first: keyText(first),
    latest: seen.judgement.newest(asset) ?? null,
    counts: seen.judgement.counts(asset),
  };
}

/** Everything about one asset. */
export async function assetView(o: ServiceOptions, seen: Seen, asset: Asset): Promise<AssetView> {
  const history = await historyOf(o.ledger, asset.name, { limit: 1 });
  const policy = promiseText(asset);
  const ups = new Set(Object.values(asset.deps).map(upstreamOf).filter((up) => up !== asset));
  const downs = o.definitions.assets
    .filter((a) => a !== asset && Object.values(a.deps).some((d) => upstreamOf(d) === asset));
  const window = { from: new Date(seen.now.getTime() - WEEK_MS), to: seen.now };
  const builds = policy === null ? [] : await o.ledger.builds(asset.name, {
    since: window.from,
    limit: MOST_BUILDS,
  });
  const facts = { next: nextTick, knownSince: seen.knownSince(asset.name) };
  return {
    card: cardOf(asset, seen),
    description: asset.description,
    owners: asset.owners,
    kinds: asset.kinds,
    tags: tagsOf(asset),
    config: asset.config as Json,
    freshnessPolicy: policy,
    freshnessState: policy && promiseNow(asset, seen).words,
    automation: automationOf(o, asset),
    partitioning: partitioningOf(asset, seen),
    checks: checksOf(o, seen, asset),
    upstream: [...ups].map((a) => cardOf(a, seen)),
    downstream: downs.map((a) => cardOf(a, seen)),
    last: history[0] ?? null,
    lastFailure: failuresOf(seen, [asset])[0] ?? null,
    jobs: o.definitions.jobs.filter((j) => j.assets.includes(asset)).map((j) => j.name),
    codeVersion: fingerprint(asset).code,
    freshnessTrack: promiseTrack(asset, builds, window, facts)
      .map((s) => ({ from: instant(s.from), to: instant(s.to), state: s.state })),
  };
}

/** What was promised, in words; null if nothing was. */
function promiseText({ freshness, deadline }: Asset): string | null {
  const words = [
    ...(freshness ? [`at most ${durationText(freshness.maxAge)} old`] : []),
    ...(deadline ? [`there by "${deadline.cron}" ${deadline.timezone}`] : []),
  ];
  return words.length > 0 ? words.join("; ") : null;
}

/** The last keys, oldest first. O(keys given). */
function newestKeys(rule: Partitions, now: Date, limit: number): string[] {
  const found: string[] = [];
  for (let i = rule.count(now) - 1; i >= 0 && found.length < limit; i--) {
    if (!rule.removed(i)) found.push(keyText(rule.keyAt(i)));
  }
  return found.reverse();
}

/** Keys from one on. O(keys given) if it is a key of the rule. */
function keysFrom(
  rule: Partitions,
  now: Date,
  { from, limit }: { readonly from: string; readonly limit: number },
): string[] {
  const found: string[] = [];
  const count = rule.count(now);
  for (let i = placeOf(rule, from, count); i < count && found.length < limit; i++) {
    if (!rule.removed(i)) found.push(keyText(rule.keyAt(i)));
  }
  return found;
}

/** The place of a key, or of the first that is not smaller as text. */
function placeOf(rule: Partitions, from: string, count: number): number {
  try {
    return rule.indexOf(rule.parse(from));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    let at = 0;
    while (at < count && keyText(rule.keyAt(at)) < from) at++;
    return at;
  }
}

/** A window on the partitions of an asset: from a key on, or the latest; none of an asset that is one piece. */
export function partitionsView(
  asset: Asset,
  seen: Seen,
  o: { readonly from?: string | undefined; readonly limit?: number | undefined },
): PartitionsView {
  const limit = o.limit ?? 90;
  const { judgement } = seen;
  const counts = judgement.counts(asset);
  if (asset.partitions.grain === "none") return { partitions: [], counts };
  const window = o.from === undefined
    ? newestKeys(asset.partitions, seen.now, limit)
    : keysFrom(asset.partitions, seen.now, { from: o.from, limit });
  const partitions = window.map((key): PartitionView => {
    const visible = judgement.state(asset.name, key)?.visible;
    return {
      key,
      status: judgement.of(asset, key).status,
      at: instant(visible?.at ?? null),
      run: visible?.run ?? judgement.state(asset.name, key)?.last?.run ?? null,
    };
  });
  return { partitions, counts };
}
