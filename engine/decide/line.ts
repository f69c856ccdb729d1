/**
 * What of an asset follows in time: a promise is kept by each such line, or not.
 *
 * @module
 */
import type { Dimensions, PartitionKey, Partitions } from "../declare/partitions.ts";
import { keyText } from "../declare/partitions.ts";

/** Slices of which each makes the one before it old. */
export interface Line {
  /** The members of lists that it is of, `eu`; empty where an asset has one line alone. */
  readonly name: string;
  /** The slice that has to be there at an instant; undefined if none has ended. */
  newest(at: Date): string | undefined;
}

const isTime = ({ timezone }: Pick<Partitions, "timezone">): boolean => timezone !== undefined;

const dimensionsOf = (rule: Partitions): Dimensions | undefined =>
  rule.grain === "cross" ? (rule as Partitions & { dimensions: Dimensions }).dimensions : undefined;

/** Whether no slice follows another: each is renewed, none is the newest. */
export function isRenewed(rule: Partitions): boolean {
  const dimensions = dimensionsOf(rule);
  return dimensions ? !Object.values(dimensions).some(isTime) : !isTime(rule);
}

/**
 * The lines of a partitioning at an instant: one where it is cut by time alone, one for each member of a list, one for
 * each combination of members where time is crossed with lists. O(members).
 */
export function linesOf(rule: Partitions, now: Date): readonly Line[] {
  if (rule.grain === "none") return [{ name: "", newest: () => "" }];
  const dimensions = dimensionsOf(rule);
  if (dimensions) return crossed(dimensions, now);
  if (isTime(rule)) return [{ name: "", newest: (at) => textOf(rule.newest(at)) }];
  return rule.keys(now).map((key) => ({ name: keyText(key), newest: () => keyText(key) }));
}

const textOf = (key: PartitionKey): string | undefined =>
  key === undefined ? undefined : keyText(key);

function crossed(dimensions: Dimensions, now: Date): readonly Line[] {
  const lists = Object.entries(dimensions).filter(([, rule]) => !isTime(rule));
  const times = Object.entries(dimensions).filter(([, rule]) => isTime(rule));
  let members: { readonly [dimension: string]: string }[] = [{}];
  for (const [name, rule] of lists) {
    const keys = rule.keys(now);
    members = members.flatMap((m) => keys.map((key) => ({ ...m, [name]: key })));
  }
  const newest = newestTimes(times);
  return members.map((member) => ({
    name: keyText(member),
    newest(at) {
      const found = newest(at);
      return found && keyText({ ...member, ...found });
    },
  }));
}

type Times = { readonly [dimension: string]: string } | undefined;

/** The newest slices of some rules of time; undefined if one has none. All lines ask about the same instant in turn. */
function newestTimes(
  rules: readonly (readonly [string, Partitions<string>])[],
): (at: Date) => Times {
  const read = (at: Date): Times => {
    const found = rules.flatMap(([name, rule]) => {
      const key = rule.newest(at);
      return key === undefined ? [] : [[name, key] as const];
    });
    return found.length < rules.length ? undefined : Object.fromEntries(found);
  };
  let known: { readonly at: number; readonly found: Times } | undefined;
  return (at) => {
    if (known?.at !== at.getTime()) known = { at: at.getTime(), found: read(at) };
    return known.found;
  };
}

/** The name of the line of a slice. */
export function lineOf(rule: Partitions, partition: string): string {
  const dimensions = dimensionsOf(rule);
  if (!dimensions) return isRenewed(rule) ? partition : "";
  const names = Object.keys(dimensions).sort();
  return partition.split("|").filter((_, i) => !isTime(dimensions[names[i]!]!)).join("|");
}

/** The newest slice of each line that has one. */
export function newestOf(
  rule: Partitions,
  at: Date,
): readonly { readonly key: PartitionKey; readonly partition: string }[] {
  return linesOf(rule, at).flatMap((line) => {
    const partition = line.newest(at);
    return partition === undefined ? [] : [{ key: rule.parse(partition), partition }];
  });
}

/** Tells whether a slice is the newest of its line; each of those that are renewed is. Reads the lines when first asked. */
export function newestTest(rule: Partitions, now: Date): (partition: string) => boolean {
  if (isRenewed(rule)) return () => true;
  let newest: ReadonlySet<string> | undefined;
  return (partition) => {
    newest ??= new Set(newestOf(rule, now).map((n) => n.partition));
    return newest.has(partition);
  };
}

/** Lines that are told of one by one; of more of them it is told together, or people would drown. */
const MOST_LINES = 20;

/** Whether people are told of each line by itself. */
export const isToldApart = (rule: Partitions, now: Date): boolean =>
  linesOf(rule, now).length <= MOST_LINES;
