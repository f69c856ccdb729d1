/**
 * All that an asset promised, together.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { deadlineState } from "./deadline.ts";
import type { NextTick } from "./due.ts";
import { sliceText } from "./inputs.ts";
import type { Judgement } from "./judge.ts";
import { type Lateness, lateness } from "./late.ts";
import { lineOf, linesOf } from "./line.ts";
import { freshnessStates } from "./status.ts";

/** What is known besides what was built. */
export interface PromiseFacts {
  /** Since when the asset is known. */
  readonly knownSince?: Date | undefined;
  /** How crons are read. */
  readonly next: NextTick;
}

const badness = ({ state }: Lateness) => freshnessStates.indexOf(state);

/** Of two that are equally bad the one that was or will be broken first. */
function isWorse(a: Lateness, b: Lateness): boolean {
  if (a.state !== b.state) return badness(a) > badness(b);
  return (a.dueAt?.getTime() ?? Infinity) < (b.dueAt?.getTime() ?? Infinity);
}

/** How its age and its deadline stand, the worse of both; either alone where only one was promised. */
export function promiseOf(asset: Asset, judgement: Judgement, facts: PromiseFacts): Lateness {
  const age = agePromise(asset, judgement, facts);
  const instant = deadlinePromise(asset, judgement, facts);
  if (age.state === "none") return instant;
  if (instant.state === "none") return age;
  const worse = badness(instant) > badness(age) ? instant : age;
  return { ...worse, words: `${age.words}; ${instant.words}` };
}

/** A promise about one line of an asset. */
export interface LinePromise extends Lateness {
  /** {@linkcode Line.name} */
  readonly line: string;
}

/** How the ages of its lines stand: each that of the newest slice. Empty if nothing was promised. O(slices). */
export function agePromises(
  asset: Asset,
  judgement: Judgement,
  { knownSince }: Pick<PromiseFacts, "knownSince">,
): readonly LinePromise[] {
  const { freshness: policy, partitions } = asset;
  if (!policy) return [];
  const { now } = judgement;
  const built = builtOf(asset, judgement);
  return linesOf(partitions, now).map(({ name }) => {
    const found = lateness({ policy, builtAt: built.get(name) ?? null, knownSince }, now);
    const words = name === "" ? found.words : `${sliceText(asset.name, name)} ${found.words}`;
    return { ...found, words, line: name };
  });
}

/** When the newest slice of each line was built. */
function builtOf(asset: Asset, judgement: Judgement): ReadonlyMap<string, Date> {
  const { partitions: rule } = asset;
  const states = judgement.states(asset);
  if (rule.grain === "none" || rule.timezone !== undefined) {
    const newest = states.findLast((s) => s.visible)?.visible?.at;
    return new Map(newest ? [["", newest]] : []);
  }
  const seen = states.filter((s) => s.visible);
  return new Map(seen.map((s) => [lineOf(rule, s.partition), s.visible!.at]));
}

const KEPT: Lateness = { state: "none", words: "", dueAt: null };

/** How its age stands: that of its worst line. */
export function agePromise(
  asset: Asset,
  judgement: Judgement,
  facts: Pick<PromiseFacts, "knownSince">,
): Lateness {
  const all = agePromises(asset, judgement, facts);
  const [first, ...rest] = all;
  if (!first) return KEPT;
  const { state, words, dueAt } = rest.reduce<LinePromise>((a, b) => isWorse(b, a) ? b : a, first);
  const others = all.filter((p) => p.state === state).length - 1;
  const more = others > 0 && state !== "ok" ? `, and ${others} more like it` : "";
  return { state, words: words + more, dueAt };
}

/** How its deadline stands; of one line alone if one is named. */
export function deadlinePromise(
  asset: Asset,
  judgement: Judgement,
  { knownSince, next }: PromiseFacts,
  line?: string,
): Lateness {
  const policy = asset.deadline;
  if (!policy) return KEPT;
  const builtAt = (partition: string) =>
    judgement.state(asset.name, partition)?.visible?.at ?? null;
  return deadlineState({ policy, asset, builtAt, knownSince, next, line }, judgement.now);
}
