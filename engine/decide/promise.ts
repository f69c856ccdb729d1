/**
 * All that an asset promised, together.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { type Built, deadlineState, deadlineTrack, isTimeless, membersOf } from "./deadline.ts";
import type { NextTick } from "./due.ts";
import { sliceText } from "./inputs.ts";
import type { Judgement } from "./judge.ts";
import { freshnessTrack, type Lateness, lateness, type Stretch } from "./late.ts";
import type { FreshnessState } from "./status.ts";

/** What is known besides what was built. */
export interface PromiseFacts {
  /** Since when the asset is known. */
  readonly knownSince?: Date | undefined;
  /** How crons are read. */
  readonly next: NextTick;
}

const BAD: readonly FreshnessState[] = ["none", "ok", "warn", "late"];
const isWorse = (a: FreshnessState, b: FreshnessState) => BAD.indexOf(a) > BAD.indexOf(b);

/** How its age and its deadline stand, the worse of both; either alone where only one was promised. */
export function promiseOf(asset: Asset, judgement: Judgement, facts: PromiseFacts): Lateness {
  const age = agePromise(asset, judgement, facts);
  const instant = deadlinePromise(asset, judgement, facts);
  if (age.state === "none") return instant;
  if (instant.state === "none") return age;
  const worse = isWorse(instant.state, age.state) ? instant : age;
  return { ...worse, words: `${age.words}; ${instant.words}` };
}

/** How its age stands: that of its newest slice, or of the worst one where slices do not follow in time. */
export function agePromise(
  asset: Asset,
  judgement: Judgement,
  { knownSince }: Pick<PromiseFacts, "knownSince">,
): Lateness {
  const policy = asset.freshness;
  const { now } = judgement;
  if (policy && isTimeless(asset) && asset.partitions.grain !== "none") {
    const each = membersOf(asset, now).map((partition) => {
      const builtAt = judgement.state(asset.name, partition)?.visible?.at ?? null;
      const found = lateness({ policy, builtAt, knownSince }, now);
      return { ...found, words: `${sliceText(asset.name, partition)} ${found.words}` };
    });
    if (each.length > 0) return each.reduce((a, b) => isWorse(b.state, a.state) ? b : a);
  }
  const newest = judgement.states(asset).findLast((s) => s.visible);
  return lateness({ policy, builtAt: newest?.visible?.at ?? null, knownSince }, now);
}

/** How its deadline stands. */
export function deadlinePromise(
  asset: Asset,
  judgement: Judgement,
  { knownSince, next }: PromiseFacts,
): Lateness {
  const policy = asset.deadline;
  if (!policy) return { state: "none", words: "", dueAt: null };
  const builtAt = (partition: string) =>
    judgement.state(asset.name, partition)?.visible?.at ?? null;
  return deadlineState({ policy, asset, builtAt, knownSince, next }, judgement.now);
}

/**
 * How its promises stood, oldest stretch first, by what was built when (oldest first). What fills history makes nothing
 * younger, though it may meet a deadline late.
 */
export function promiseTrack(
  asset: Asset,
  builds: readonly Built[],
  window: { readonly from: Date; readonly to: Date },
  next: NextTick,
): readonly Stretch[] {
  let newest = "";
  const newer = builds.filter((b) => {
    const counts = b.partition >= newest;
    if (counts) newest = b.partition;
    return counts;
  });
  const age = freshnessTrack(asset.freshness, newer.map((b) => b.at), window);
  if (!asset.deadline) return age;
  return worstOf(age, deadlineTrack({ policy: asset.deadline, asset, next }, builds, window));
}

/** Two tracks of the same window as one: at each moment the worse of both. */
function worstOf(a: readonly Stretch[], b: readonly Stretch[]): readonly Stretch[] {
  const ends = [...a, ...b].flatMap((s) => [s.from.getTime(), s.to.getTime()]);
  const points = [...new Set(ends)].sort((x, y) => x - y);
  const track: Stretch[] = [];
  points.slice(0, -1).forEach((t, i) => {
    const at = (s: Stretch) => s.from.getTime() <= t && t < s.to.getTime();
    const [x, y] = [a.find(at)?.state ?? "none", b.find(at)?.state ?? "none"];
    const state = isWorse(x, y) ? x : y;
    const to = new Date(points[i + 1]!);
    const last = track.at(-1);
    if (last?.state === state) track[track.length - 1] = { ...last, to };
    else track.push({ from: new Date(t), to, state });
  });
  return track;
}
