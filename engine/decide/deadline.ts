/**
 * Whether what was promised for an instant is there.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Deadline } from "../declare/deadline.ts";
import { durationText } from "../declare/duration.ts";
import { keyText } from "../declare/partitions.ts";
import { lastTick, type NextTick } from "./due.ts";
import { sliceText } from "./inputs.ts";
import type { Lateness, Stretch } from "./late.ts";

/** What was built when. */
export interface Built {
  /** Partition key as text. */
  readonly partition: string;
  /** When it became visible. */
  readonly at: Date;
}

/** What is known when a deadline is judged. */
export interface DeadlineFacts {
  /** What was promised. */
  readonly policy: Deadline;
  /** Who promised. */
  readonly asset: Pick<Asset, "name" | "partitions">;
  /** When the visible version of a slice was built; null if there is none. */
  builtAt(partition: string): Date | null;
  /** Since when the asset is known: what was due before is not late. */
  readonly knownSince?: Date | undefined;
  /** How crons are read. */
  readonly next: NextTick;
}

/** What must be there at an instant, and since when it counts. */
interface Wanted {
  readonly by: Date;
  /** All of these must be there. */
  readonly partitions: readonly string[];
  /** What does not follow in time must have a version that is newer than this. */
  readonly since: Date | undefined;
}

/** What must be there by an instant; undefined if no slice has ended by then. */
function wantedBy({ policy, asset, next }: DeadlineFacts, by: Date): Wanted | undefined {
  if (policy.partition) return { by, partitions: [policy.partition(by)], since: undefined };
  if (isTimeless(asset)) {
    const since = lastTick(policy, new Date(by.getTime() - 1), next);
    return { by, partitions: membersOf(asset, by), since };
  }
  const newest = asset.partitions.newest(by);
  return newest === undefined ? undefined : { by, partitions: [keyText(newest)], since: undefined };
}

/** Whether its slices, if it has any, do not follow each other in time: each is renewed, none is the newest. */
export const isTimeless = ({ partitions: { grain } }: Pick<Asset, "partitions">): boolean =>
  grain === "none" || grain === "set" || grain === "dynamic";

/** All slices of an asset whose slices do not follow in time; the empty one of an asset that is one piece. */
export const membersOf = (
  { partitions }: Pick<Asset, "partitions">,
  now: Date,
): readonly string[] => partitions.grain === "none" ? [""] : partitions.keys(now).map(keyText);

/** The first slice that is not there; undefined if all are. */
function lackOf({ builtAt }: DeadlineFacts, { partitions, since }: Wanted): string | undefined {
  return partitions.find((p) => {
    const at = builtAt(p);
    return at === null || (since !== undefined && at <= since);
  });
}

/**
 * How a deadline stands: late while what the last one asked for is not there, a warning while what the next one asks for
 * is not there shortly before it.
 */
export function deadlineState(facts: DeadlineFacts, now: Date): Lateness {
  const { policy, asset, knownSince, next } = facts;
  const last = lastTick(policy, now, next);
  const missed = last && !(knownSince && knownSince > last) && wantedBy(facts, last);
  const lack = missed ? lackOf(facts, missed) : undefined;
  if (missed && lack !== undefined) {
    const late = durationText(now.getTime() - missed.by.getTime());
    const words = `${dueText(asset, lack, missed.by)}, late by ${late}`;
    return { state: "late", words, dueAt: missed.by };
  }
  const coming = next(policy.cron, policy.timezone, now);
  const wanted = coming && wantedBy(facts, coming);
  if (!wanted) return { state: "ok", words: "no deadline is ahead", dueAt: null };
  const left = wanted.by.getTime() - now.getTime();
  const open = lackOf(facts, wanted);
  const due = dueText(asset, open ?? wanted.partitions.at(-1) ?? "", wanted.by);
  const words = `${due}, in ${durationText(left)}`;
  if (open === undefined) return { state: "ok", words: `${words}, is there`, dueAt: wanted.by };
  return { state: left <= policy.warnMs ? "warn" : "ok", words, dueAt: wanted.by };
}

const dueText = ({ name }: Pick<Asset, "name">, partition: string, by: Date) =>
  `${sliceText(name, partition)} due by ${by.toISOString().slice(0, 16)}Z`;

/** Deadlines of a window that are told of; the newest of very many. */
const MOST_DEADLINES = 1_000;

/** The stretches of a window in which deadlines stood one way, oldest first, by what was built when. */
export function deadlineTrack(
  facts: Omit<DeadlineFacts, "builtAt">,
  builds: readonly Built[],
  window: { readonly from: Date; readonly to: Date },
): readonly Stretch[] {
  const { policy, next } = facts;
  const { from, to } = window;
  const times = [from.getTime(), to.getTime(), ...builds.map((b) => b.at.getTime())];
  const begin = lastTick(policy, from, next) ?? from;
  const ticks: Date[] = [];
  for (let at = next(policy.cron, policy.timezone, begin); at;) {
    ticks.push(at);
    if (at > to || ticks.length >= MOST_DEADLINES) break;
    at = next(policy.cron, policy.timezone, at);
  }
  for (const t of ticks) times.push(t.getTime(), t.getTime() - policy.warnMs);
  const inside = times.filter((t) => t >= from.getTime() && t <= to.getTime());
  const points = [...new Set(inside)].sort((a, b) => a - b);
  const first = Math.min(...builds.map((b) => b.at.getTime()));
  const knownSince = new Date(first);
  return points.slice(0, -1).map((t, i): Stretch => {
    const builtAt = (partition: string) =>
      builds.findLast((b) => b.partition === partition && b.at.getTime() <= t)?.at ?? null;
    const at = new Date(t);
    const state = t < first ? "none" : deadlineState({ ...facts, knownSince, builtAt }, at).state;
    return { from: at, to: new Date(points[i + 1]!), state };
  });
}
