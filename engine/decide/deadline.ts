/**
 * Whether what was promised for an instant is there.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Deadline } from "../declare/deadline.ts";
import { durationText } from "../declare/duration.ts";
import { lastTick, type NextTick } from "./due.ts";
import { sliceText } from "./inputs.ts";
import type { Lateness } from "./late.ts";
import { isRenewed, linesOf } from "./line.ts";

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
  /** The only {@linkcode Line} that is looked at; all of them unless given. */
  readonly line?: string | undefined;
  /** How crons are read. */
  readonly next: NextTick;
}

/** What must be there at an instant, and since when it counts. */
interface Wanted {
  readonly by: Date;
  /** All of these must be there. */
  readonly partitions: readonly string[];
  /** What is renewed must have a version that is newer than this. */
  readonly since: Date | undefined;
  /** Why it cannot be told what must be there. */
  readonly fault?: string;
}

/** What must be there by an instant; undefined if no slice has ended by then. */
function wantedBy(facts: DeadlineFacts, by: Date, before: Date | undefined): Wanted | undefined {
  const { policy, asset: { partitions: rule }, line } = facts;
  if (policy.partition) return namedBy(facts, by);
  const lines = linesOf(rule, by).filter((l) => line === undefined || l.name === line);
  const partitions = lines.flatMap((l) => l.newest(by) ?? []);
  if (partitions.length === 0) return undefined;
  return { by, partitions, since: isRenewed(rule) ? before : undefined };
}

/** What the code of the deadline names. If it fails nobody could tell whether the promise is kept: it is not. */
function namedBy({ policy, asset }: DeadlineFacts, by: Date): Wanted {
  try {
    const named = policy.partition!(by);
    asset.partitions.parse(named);
    return { by, partitions: [named], since: undefined };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const fault = `what its deadline asks for cannot be told: ${why}`;
    return { by, partitions: [], since: undefined, fault };
  }
}

/** The slices that are not there, in words; undefined if all are. */
function lackOf(facts: DeadlineFacts, wanted: Wanted): string | undefined {
  const { partitions, since, fault } = wanted;
  const { name } = facts.asset;
  if (fault !== undefined) return `"${name}": ${fault},`;
  const lacks = partitions.filter((p) => {
    const at = facts.builtAt(p);
    return at === null || (since !== undefined && at <= since);
  });
  if (lacks.length === 0) return undefined;
  const more = lacks.length > 1 ? ` and ${lacks.length - 1} more` : "";
  return sliceText(name, lacks[0]!) + more;
}

/** The deadlines around a moment. */
export interface Around {
  /** The one before the last; only what is renewed asks for it. */
  readonly before: Date | undefined;
  /** The newest that has passed. */
  readonly last: Date | undefined;
  /** The next. */
  readonly coming: Date | undefined;
}

/**
 * How a deadline stands: late while what the last one asked for is not there, a warning while what the next one asks for
 * is not there shortly before it.
 */
export function deadlineState(facts: DeadlineFacts, now: Date): Lateness {
  const { policy, next } = facts;
  const newest = (at: Date | undefined) => at && lastTick(policy, at, next);
  const last = newest(now);
  const coming = next(policy.cron, policy.timezone, now);
  const isAsked = isRenewed(facts.asset.partitions);
  const before = isAsked ? newest(last && new Date(last.getTime() - 1)) : undefined;
  return deadlineBetween(facts, now, { before, last, coming });
}

/** {@linkcode deadlineState} between two deadlines. */
export function deadlineBetween(facts: DeadlineFacts, now: Date, around: Around): Lateness {
  const { policy, asset, knownSince } = facts;
  const { before, last, coming } = around;
  const missed = last && !(knownSince && knownSince > last) && wantedBy(facts, last, before);
  const lack = missed ? lackOf(facts, missed) : undefined;
  if (missed && lack !== undefined) {
    const late = durationText(now.getTime() - missed.by.getTime());
    return { state: "late", words: `${dueText(lack, missed.by)}, late by ${late}`, dueAt: last };
  }
  const wanted = coming && wantedBy(facts, coming, last);
  if (!wanted) return { state: "ok", words: "no deadline is ahead", dueAt: null };
  const left = wanted.by.getTime() - now.getTime();
  const open = lackOf(facts, wanted);
  const due = dueText(open ?? allOf(asset, wanted), wanted.by);
  const words = `${due}, in ${durationText(left)}`;
  if (open === undefined) return { state: "ok", words: `${words}, is there`, dueAt: wanted.by };
  return { state: left <= policy.warnMs ? "warn" : "ok", words, dueAt: wanted.by };
}

const allOf = ({ name }: Pick<Asset, "name">, { partitions }: Wanted) =>
  sliceText(name, partitions.length === 1 ? partitions[0]! : "");

const dueText = (what: string, by: Date) => `${what} due by ${by.toISOString().slice(0, 16)}Z`;
