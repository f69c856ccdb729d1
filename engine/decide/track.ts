/**
 * How promises stood over time, for a timeline.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { type Built, deadlineBetween, type DeadlineFacts } from "./deadline.ts";
import { lastTick } from "./due.ts";
import { freshnessTrack, type Stretch } from "./late.ts";
import { lineOf, linesOf } from "./line.ts";
import type { PromiseFacts } from "./promise.ts";
import { freshnessStates } from "./status.ts";

/** From when to when. */
export interface Window {
  readonly from: Date;
  readonly to: Date;
}

/**
 * How the promises of an asset stood, oldest stretch first, by what was built when (oldest first): at each moment the
 * worst of all lines, of age and deadline. What fills history makes nothing younger, though it may meet a deadline late.
 */
export function promiseTrack(
  asset: Asset,
  builds: readonly Built[],
  window: Window,
  facts: PromiseFacts,
): readonly Stretch[] {
  const { freshness: policy, partitions } = asset;
  const aged = { ...window, knownSince: facts.knownSince };
  const built = Map.groupBy(builds, (b) => lineOf(partitions, b.partition));
  const tracks = linesOf(partitions, window.to).map(({ name }) =>
    freshnessTrack(policy, ascending(built.get(name) ?? []), aged)
  );
  if (asset.deadline) {
    tracks.push(deadlineTrack({ ...facts, policy: asset.deadline, asset }, builds, window));
  }
  return worstOf(tracks, window);
}

/** When each slice was built that was no older than all before. */
function ascending(builds: readonly Built[]): readonly Date[] {
  let newest = "";
  return builds.filter((b) => {
    const counts = b.partition >= newest;
    if (counts) newest = b.partition;
    return counts;
  }).map((b) => b.at);
}

/** Deadlines of a window that are told of; of very many the newest. */
const MOST_DEADLINES = 1_000;

/** The stretches of a window in which deadlines stood one way, oldest first, by what was built when. */
function deadlineTrack(
  facts: Omit<DeadlineFacts, "builtAt">,
  builds: readonly Built[],
  window: Window,
): readonly Stretch[] {
  const { policy, knownSince } = facts;
  const { ticks, from } = ticksIn(facts, window);
  const known = Math.min(...[knownSince, builds[0]?.at].map((d) => d?.getTime() ?? Infinity));
  const begin = Math.max(known, from);
  const times = [window.from, window.to, ...builds.map((b) => b.at)].map((d) => d.getTime());
  times.push(begin, ...ticks.flatMap((t) => [t.getTime(), t.getTime() - policy.warnMs]));
  const points = inside(times, window);
  const builtAt = builtAtOf(builds);
  const since = new Date(known);
  let passed = 0;
  return points.slice(0, -1).map((t, i): Stretch => {
    while (ticks[passed] && ticks[passed]!.getTime() <= t) passed++;
    const around = {
      before: ticks[passed - 2],
      last: ticks[passed - 1],
      coming: ticks[passed],
    };
    const judged = { ...facts, knownSince: since, builtAt: (p: string) => builtAt(p, t) };
    const state = t < begin ? "none" : deadlineBetween(judged, new Date(t), around).state;
    return { from: new Date(t), to: new Date(points[i + 1]!), state };
  });
}

const inside = (times: readonly number[], { from, to }: Window): readonly number[] =>
  [...new Set(times)].filter((t) => t >= from.getTime() && t <= to.getTime()).sort((a, b) => a - b);

/** The deadlines around a window: two before it, those in it, one after it; and from when on these are all. */
function ticksIn(
  { policy, next }: Omit<DeadlineFacts, "builtAt">,
  { from, to }: Window,
): { readonly ticks: readonly Date[]; readonly from: number } {
  const after = (at: Date) => next(policy.cron, policy.timezone, at);
  for (let begin = from.getTime();; begin = Math.ceil((begin + to.getTime()) / 2)) {
    const ticks: Date[] = [];
    const last = lastTick(policy, new Date(begin), next);
    const first = (last && lastTick(policy, new Date(last.getTime() - 1), next)) ?? last ??
      after(new Date(begin));
    for (let at: Date | undefined = first; at && ticks.length <= MOST_DEADLINES; at = after(at)) {
      ticks.push(at);
      if (at > to) break;
    }
    if (ticks.length <= MOST_DEADLINES || begin >= to.getTime()) return { ticks, from: begin };
  }
}

/** When a slice had last been built at a moment. O(log builds). */
function builtAtOf(builds: readonly Built[]): (partition: string, at: number) => Date | null {
  const of = Map.groupBy(builds, (b) => b.partition);
  return (partition, at) => {
    const found = of.get(partition) ?? [];
    let [low, high] = [0, found.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (found[middle]!.at.getTime() <= at) low = middle + 1;
      else high = middle;
    }
    return found[low - 1]?.at ?? null;
  };
}

/** Several tracks of one window as one: at each moment the worst of all. O(stretches × log stretches). */
function worstOf(
  tracks: readonly (readonly Stretch[])[],
  { from, to }: Window,
): readonly Stretch[] {
  const events = tracks.flat().flatMap(({ from, to, state }) => [
    { at: from.getTime(), state: freshnessStates.indexOf(state), by: 1 },
    { at: to.getTime(), state: freshnessStates.indexOf(state), by: -1 },
  ]).sort((a, b) => a.at - b.at);
  const open = freshnessStates.map(() => 0);
  const track: Stretch[] = [];
  let since = from.getTime();
  for (const { at, state, by } of [...events, { at: to.getTime(), state: 0, by: 0 }]) {
    if (at > since) {
      const worst = freshnessStates[Math.max(0, open.findLastIndex((n) => n > 0))]!;
      const last = track.at(-1);
      const stretch = { from: new Date(since), to: new Date(at), state: worst };
      if (last?.state === worst) track[track.length - 1] = { ...stretch, from: last.from };
      else track.push(stretch);
      since = at;
    }
    open[state]! += by;
  }
  return track;
}
