/**
 * What a partitioning is: a rule that says which slices exist, in an order that never changes.
 *
 * @module
 */

/** One day, `2024-03-31`. The type admits `2024-3-31`; `parse` does not. */
export type DayKey = `${number}-${number}-${number}`;
/** What follows an hour that the clocks of a zone show twice: its distance from UTC, `+02:00`. */
export type ZoneOffset = `${"+" | "-"}${number}:${number}`;
/** One hour, `2024-03-31T05`; in a time zone the hour that occurs twice is `2024-10-27T02+02:00`. */
export type HourKey = `${DayKey}T${number}` | `${DayKey}T${number}${ZoneOffset}`;
/** The minute at which a window begins, `2024-03-31T05:30`. */
export type MinuteKey =
  | `${DayKey}T${number}:${number}`
  | `${DayKey}T${number}:${number}${ZoneOffset}`;
/** One month, `2024-03`. */
export type MonthKey = `${number}-${number}`;
/** What can name a slice. Objects are keys of {@linkcode Cross} partitions. */
export type PartitionKey = string | undefined | { readonly [dimension: string]: string };
/** What a partitioning is cut by. */
export type Grain =
  | "none"
  | "hour"
  | "hours"
  | "cron"
  | "day"
  | "week"
  | "month"
  | "set"
  | "dynamic"
  | "cross";

/**
 * A rule that says which slices exist. `Key` names one of them.
 *
 * Slices are numbered: the ordinal of a slice is a whole number from 0, the oldest, that never changes. What is known
 * about slices is kept by ordinal, and keys are made only where somebody reads them.
 */
export interface Partitions<Key extends PartitionKey = PartitionKey, G extends Grain = Grain> {
  /** What the rule cuts by. */
  readonly grain: G;
  /** The rule in words, `daily from 2024-01-01`; part of what is shown and compared between two definitions. */
  readonly rule: string;
  /** What two rules must share for slices of the same name to be the same: the rule without its ends and exclusions. */
  readonly cut: string;
  /** By the clocks of which place keys are read; undefined where slices are not spans of time. */
  readonly timezone: string | undefined;
  /** How many ordinals are taken at `now`: 0 to `count - 1`. Removed slices of dynamic rules keep theirs. */
  count(now: Date): number;
  /** The ordinal of a slice, or -1 if the rule has no such slice. It may lie beyond `count`, where time has to pass. */
  indexOf(key: Key): number;
  /** The slice of an ordinal. @throws {RangeError} If the rule has and will have no such ordinal. */
  keyAt(index: number): Key;
  /** Where the slice of an ordinal begins, ms since 1970; -Infinity where slices are not spans of time. */
  start(index: number): number;
  /** The last slice that begins at or before an instant, ms since 1970; -1 if there is none. */
  at(instant: number): number;
  /** The instant from which `count` includes the ordinal, ms since 1970; -Infinity for what is always there. */
  born(index: number): number;
  /** Whether the slice of that ordinal was taken away; only dynamic rules do that. */
  removed(index: number): boolean;
  /** The slices that exist at `now`, oldest first. Infinite rules do not exist: time rules end at `now`. */
  keys(now: Date): readonly Key[];
  /** The last of {@linkcode keys}, without making them all. */
  newest(now: Date): Key | undefined;
  /**
   * Reads a key that came from outside (URL, command line, database).
   *
   * @throws {RangeError} If no such slice can exist under this rule.
   */
  parse(text: string): Key;
  /** The span of time a slice covers, or undefined where slices are not spans of time. */
  span(key: Key): readonly [start: Date, end: Date] | undefined;
}

/** The rule of an asset that is one piece. */
export type Unpartitioned = Partitions<undefined, "none">;
/** Rules by the name of the dimension that each of them cuts. */
export type Dimensions = { readonly [dimension: string]: Partitions<string> };
/** The rule of a `cross`: one key for each dimension. */
export interface Cross<D extends Dimensions>
  extends Partitions<{ readonly [K in keyof D]: KeyOf<D[K]> & string }, "cross"> {
  /** The rules that are crossed. */
  readonly dimensions: D;
  /** Ordinals in the dimensions, in the order of their names, of a slice. */
  cell(index: number): readonly number[];
  /** The ordinal of a slice; inverse of `cell`. */
  indexOfCell(cell: readonly number[]): number;
}
/** The key that names one slice under the rule `P`. */
export type KeyOf<P> = P extends Partitions<infer K> ? K : never;

/** A key as text, the form in which it is stored, shown and put into URLs. Inverse of `parse`. */
export function keyText(key: PartitionKey): string {
  if (key === undefined) return "";
  return typeof key === "string" ? key : Object.keys(key).sort().map((d) => key[d]).join("|");
}

/**
 * What can be a key of a list or of a dynamic rule: text that fits on a line.
 *
 * @throws {RangeError} If it is empty, longer than 200 characters, or holds `|`, `..` or what cannot be seen.
 */
export function plainKey(text: string): string {
  const isWrong = text === "" || text === "*" || text.length > 200 || text.includes("|") ||
    text.includes("..") || /\p{Cc}/u.test(text) || text.trim() !== text;
  if (!isWrong) return text;
  throw new RangeError(
    `Cannot use "${text.slice(0, 200)}" as a partition key: a key is 1 to 200 characters without ` +
      `"|", ".." and blanks around it, and not "*"`,
  );
}

/** What every rule derives from its ordinals. */
export function listed<Key extends PartitionKey>(
  rule: Pick<Partitions<Key>, "count" | "keyAt" | "removed">,
): Pick<Partitions<Key>, "keys" | "newest"> {
  return {
    keys(now) {
      const found: Key[] = [];
      const count = rule.count(now);
      for (let i = 0; i < count; i++) if (!rule.removed(i)) found.push(rule.keyAt(i));
      return found;
    },
    newest(now) {
      for (let i = rule.count(now) - 1; i >= 0; i--) if (!rule.removed(i)) return rule.keyAt(i);
      return undefined;
    },
  };
}

/** What rules without time say of it. */
export const timeless = {
  timezone: undefined,
  start: () => -Infinity,
  at: () => -1,
  span: () => undefined,
} as const;

/** What is said of an ordinal that a rule does not have. */
export const noOrdinal = (rule: string, index: number): RangeError =>
  new RangeError(`Cannot name slice ${index} of "${rule}": there is no such slice`);
