/**
 * How an asset is cut into slices that are computed, stored and go stale independently of each other.
 *
 * @module
 */

/** One UTC day, `2024-03-31`. The type admits `2024-3-31`; `parse` does not. */
export type DayKey = `${number}-${number}-${number}`;
/** One UTC hour, `2024-03-31T05`. */
export type HourKey = `${DayKey}T${number}`;
/** One UTC month, `2024-03`. */
export type MonthKey = `${number}-${number}`;
/** What can name a slice. Objects are keys of {@linkcode Cross} partitions. */
export type PartitionKey = string | undefined | { readonly [dimension: string]: string };
/** What a partitioning is cut by. */
export type Grain = "none" | "hour" | "hours" | "day" | "month" | "set" | "dynamic" | "cross";

/** A rule that says which slices exist. `Key` names one of them. */
export interface Partitions<Key extends PartitionKey = PartitionKey, G extends Grain = Grain> {
  /** What the rule cuts by. */
  readonly grain: G;
  /** The rule in words, `daily from 2024-01-01`; part of what is shown and compared between two definitions. */
  readonly rule: string;
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
/** The rule of a `cross`: one key for each dimension. */
export interface Cross<D extends { readonly [dimension: string]: Partitions<string> }>
  extends Partitions<{ readonly [K in keyof D]: KeyOf<D[K]> & string }, "cross"> {
  /** The rules that are crossed. */
  readonly dimensions: D;
}
/** The key that names one slice under the rule `P`. */
export type KeyOf<P> = P extends Partitions<infer K> ? K : never;

const HOUR = 3_600_000;
const DAY = 86_400_000;

interface TimeRule<K extends string, G extends Grain> {
  readonly grain: G;
  readonly name: string;
  readonly start: K;
  readonly like: string;
  /** Characters of an ISO instant that make the key. */
  readonly length: number;
  /** What completes a key to an ISO instant. */
  readonly rest: string;
  next(d: Date): Date;
  /** The start of the slice that `d` lies in. */
  floor(d: Date): Date;
}

function timeRule<K extends string, G extends Grain>(o: TimeRule<K, G>): Partitions<K, G> {
  const startOf = (key: string) => new Date(`${key}${o.rest}`);
  const keyOf = (d: Date) => d.toISOString().slice(0, o.length) as K;
  const valid = (text: string): text is K => {
    const d = startOf(text);
    return !Number.isNaN(d.getTime()) && keyOf(d) === text;
  };
  if (!valid(o.start)) {
    throw new RangeError(`Cannot start ${o.name} partitions: "${o.start}" is not like "${o.like}"`);
  }
  const first = startOf(o.start);
  return {
    grain: o.grain,
    rule: `${o.name} from ${o.start}`,
    span: (key) => [startOf(key), o.next(startOf(key))],
    parse(text) {
      if (!valid(text)) {
        throw new RangeError(`Cannot read ${o.name} partition: "${text}" is not like "${o.like}"`);
      }
      const d = startOf(text);
      if (d < first) {
        throw new RangeError(
          `Cannot read ${o.name} partition: "${text}" is before the first one, "${o.start}"`,
        );
      }
      if (o.floor(d).getTime() !== d.getTime()) {
        const near = keyOf(o.floor(d));
        throw new RangeError(`Cannot read ${o.name} partition: "${text}" lies inside "${near}"`);
      }
      return text;
    },
    keys(now) {
      const found: K[] = [];
      for (let d = first; o.next(d) <= now; d = o.next(d)) found.push(keyOf(d));
      return found;
    },
    newest(now) {
      const at = o.floor(new Date(o.floor(now).getTime() - 1));
      return at < first ? undefined : keyOf(at);
    },
  };
}

const everyMs = <K extends string, G extends Grain>(
  o: Omit<TimeRule<K, G>, "next" | "floor"> & { readonly ms: number },
) =>
  timeRule<K, G>({
    ...o,
    next: (d) => new Date(d.getTime() + o.ms),
    floor: (d) => new Date(Math.floor(d.getTime() / o.ms) * o.ms),
  });

function hourly(start: HourKey): Partitions<HourKey, "hour"> {
  const rest = ":00:00Z";
  return everyMs({
    grain: "hour",
    name: "hourly",
    start,
    like: "2024-03-31T05",
    length: 13,
    rest,
    ms: HOUR,
  });
}

function hours(start: HourKey, every: number): Partitions<HourKey, "hours"> {
  if (!Number.isInteger(every) || every < 2 || 24 % every) {
    throw new RangeError(`Cannot cut a day into pieces of ${every} hours: 2, 3, 4, 6, 8 or 12 do`);
  }
  const name = `${every}-hourly`;
  const rest = ":00:00Z";
  return everyMs({
    grain: "hours",
    name,
    start,
    like: "2024-03-31T06",
    length: 13,
    rest,
    ms: every * HOUR,
  });
}

function monthly(start: MonthKey): Partitions<MonthKey, "month"> {
  return timeRule({
    grain: "month",
    name: "monthly",
    start,
    like: "2024-03",
    length: 7,
    rest: "-01T00:00:00Z",
    next: (d) => new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1)),
    floor: (d) => new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth())),
  });
}

function setOf<const K extends string>(keys: readonly K[]): Partitions<K, "set"> {
  return {
    grain: "set",
    rule: `one of ${keys.join(", ")}`,
    keys: () => keys,
    newest: () => keys.at(-1),
    span: () => undefined,
    parse(text) {
      const found = keys.find((k) => k === text);
      if (found === undefined) {
        throw new RangeError(`Cannot read partition: "${text}" is none of ${keys.join(", ")}`);
      }
      return found;
    },
  };
}

function cross<const D extends { readonly [dimension: string]: Partitions<string> }>(
  dimensions: D,
): Cross<D> {
  type Key = KeyOf<Cross<D>>;
  const names = Object.keys(dimensions).sort();
  const keys = (now: Date) =>
    names.reduce<{ [d: string]: string }[]>(
      (found, n) => found.flatMap((k) => dimensions[n]!.keys(now).map((v) => ({ ...k, [n]: v }))),
      [{}],
    ) as Key[];
  return {
    grain: "cross",
    rule: names.map((n) => `${n}: ${dimensions[n]!.rule}`).join(" × "),
    dimensions,
    span: () => undefined,
    keys,
    newest: (now) => keys(now).at(-1),
    parse(text) {
      const parts = text.split("|");
      if (parts.length !== names.length) {
        throw new RangeError(
          `Cannot read partition: "${text}" needs ${names.length} parts, "${names.join("|")}"`,
        );
      }
      return Object.fromEntries(names.map((n, i) => [n, dimensions[n]!.parse(parts[i]!)])) as Key;
    },
  };
}

/**
 * The rules. All time is UTC; a slice exists once it has ended.
 *
 * @example A rule knows its keys
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { partitions } from "engine";
 *
 * const daily = partitions.daily({ start: "2024-01-01" });
 * assertEquals(daily.keys(new Date("2024-01-03T12:00:00Z")), ["2024-01-01", "2024-01-02"]);
 * assertEquals(daily.newest(new Date("2024-01-03T12:00:00Z")), "2024-01-02");
 * ```
 */
export const partitions: {
  /** One piece. What an asset has when it says nothing. */
  readonly none: Unpartitioned;
  /** One slice an hour. */
  hourly(o: { readonly start: HourKey }): Partitions<HourKey, "hour">;
  /** One slice every 2, 3, 4, 6, 8 or 12 hours, counted from midnight; the key is the first hour. */
  hours(o: { readonly start: HourKey; readonly every: number }): Partitions<HourKey, "hours">;
  /** One slice a day. */
  daily(o: { readonly start: DayKey }): Partitions<DayKey, "day">;
  /** One slice a month. */
  monthly(o: { readonly start: MonthKey }): Partitions<MonthKey, "month">;
  /** A fixed list; the keys are known to the type checker. */
  of<const K extends string>(...keys: readonly K[]): Partitions<K, "set">;
  /** Every combination of the given rules, e.g. day × region. */
  cross<const D extends { readonly [dimension: string]: Partitions<string> }>(d: D): Cross<D>;
} = {
  none: {
    grain: "none",
    rule: "one piece",
    keys: () => [undefined],
    newest: () => undefined,
    parse(text) {
      if (text === "") return undefined;
      throw new RangeError(`Cannot read partition: "${text}" is given, but the asset is one piece`);
    },
    span: () => undefined,
  },
  hourly: (o) => hourly(o.start),
  hours: (o) => hours(o.start, o.every),
  daily: (o) =>
    everyMs({
      grain: "day",
      name: "daily",
      start: o.start,
      like: "2024-03-31",
      length: 10,
      rest: "T00:00:00Z",
      ms: DAY,
    }),
  monthly: (o) => monthly(o.start),
  of: (...keys) => setOf(keys),
  cross,
};

/** A key as text, the form in which it is stored, shown and put into URLs. Inverse of `parse`. */
export function keyText(key: PartitionKey): string {
  if (key === undefined) return "";
  return typeof key === "string" ? key : Object.keys(key).sort().map((d) => key[d]).join("|");
}
