/**
 * From windows of time to a rule with keys.
 *
 * @module
 */
import { type Grain, listed, noOrdinal, type Partitions } from "./rule.ts";
import { ended, type Windows } from "./windows.ts";
import { LAST_INSTANT, offsetText, type Zone } from "./zone.ts";

/** How the keys of a rule of time are written. */
export interface Label {
  /** An example, for messages. */
  readonly like: string;
  /** The key of a window that starts at a local time. */
  write(local: number): string;
  /** The local time at which the window of a key starts; NaN if it is no such key. */
  read(text: string): number;
}

/** A label made of the first digits of an ISO instant. */
export function isoLabel(like: string, rest: string, beginsAt = 0): Label {
  const write = (local: number) => new Date(local - beginsAt).toISOString().slice(0, like.length);
  return {
    like,
    write,
    read(text) {
      const local = text.length === like.length ? Date.parse(text + rest) + beginsAt : NaN;
      return !Number.isNaN(local) && write(local) === text ? local : NaN;
    },
  };
}

/** What a rule of time is made of. */
export interface TimeRule<G extends Grain> {
  /** What it cuts by. */
  readonly grain: G;
  /** `daily`, for messages. */
  readonly name: string;
  /** {@linkcode Partitions.rule} */
  readonly rule: string;
  /** {@linkcode Partitions.cut} */
  readonly cut: string;
  /** Its windows. */
  readonly windows: Windows;
  /** Its keys. */
  readonly label: Label;
  /** Where its clocks hang. */
  readonly zone: Zone;
  /** Whether the clocks show what the key says twice, so that the key has to say which of them. */
  isTwice?(start: number): boolean;
}

const SUFFIX = /[+-]\d\d:\d\d$/;

/** Keys, ordinals and spans of windows of time. @throws {RangeError} If there is and will be no window. */
export function timeRule<K extends string, G extends Grain>(o: TimeRule<G>): Partitions<K, G> {
  const { windows, label, zone } = o;
  if (windows.size === 0) {
    throw new RangeError(
      `Cannot cut ${o.name} partitions: "${o.rule}" has no slice, it ends before one starts or ` +
        "leaves all of them out",
    );
  }
  const keyAt = (index: number): K => {
    if (!(index >= 0 && index < windows.size)) throw noOrdinal(o.rule, index);
    const start = windows.start(index);
    if (start === Infinity) throw noOrdinal(o.rule, index);
    const offset = zone.offset(start);
    const suffix = o.isTwice?.(start) ? offsetText(offset) : "";
    return label.write(start + offset) + suffix as K;
  };
  /** Where a key says that its window starts; NaN if it is no such key. */
  const startOf = (text: string): number => {
    const suffix = o.isTwice ? SUFFIX.exec(text.slice(10))?.[0] : undefined;
    const local = label.read(suffix ? text.slice(0, -suffix.length) : text);
    if (Number.isNaN(local)) return NaN;
    return suffix ? Date.parse(new Date(local).toISOString().replace("Z", suffix)) : zone
      .instantOf(local);
  };
  const indexAt = (text: string, start: number): number => {
    if (Number.isNaN(start) || start > LAST_INSTANT) return -1;
    const at = windows.at(start);
    // What the clocks skip or show twice may belong to the window after.
    for (const i of [at, at + 1]) {
      if (i >= 0 && i < windows.size && keyAt(i) === text) return i;
    }
    return -1;
  };
  const indexOf = (text: string) => indexAt(text, startOf(text));
  const base = {
    count: (now: Date) => ended(windows, Math.min(now.getTime(), LAST_INSTANT)),
    keyAt,
    born: (index: number) => windows.end(index),
    removed: () => false,
  };
  return {
    grain: o.grain,
    rule: o.rule,
    cut: o.cut,
    timezone: zone.name,
    start: (index) => windows.start(index),
    at: (instant) => Math.min(windows.at(Math.min(instant, LAST_INSTANT)), windows.size - 1),
    ...base,
    ...listed(base),
    indexOf,
    span(key) {
      const index = indexOf(key);
      if (index < 0) throw refusal(o, key, startOf(key), keyAt);
      return [new Date(windows.start(index)), new Date(windows.end(index))];
    },
    parse(text) {
      const start = startOf(text);
      const index = indexAt(text, start);
      if (index < 0) throw refusal(o, text, start, keyAt);
      return text as K;
    },
  };
}

function refusal<G extends Grain>(
  o: TimeRule<G>,
  text: string,
  start: number,
  keyAt: (index: number) => string,
): RangeError {
  const cannot = `Cannot read ${o.name} partition: "${text}"`;
  if (Number.isNaN(start)) return new RangeError(`${cannot} is not like "${o.label.like}"`);
  if (start > LAST_INSTANT) return new RangeError(`${cannot} is after the year 2199`);
  const at = o.windows.at(start);
  if (at < 0) {
    return new RangeError(`${cannot} is before the first one, "${keyAt(0)}"`);
  }
  if (o.windows.end(at) > start) {
    return new RangeError(`${cannot} lies inside "${keyAt(at)}"`);
  }
  if (at === o.windows.size - 1) {
    return new RangeError(`${cannot} is after the last one, "${keyAt(at)}"`);
  }
  return new RangeError(`${cannot} is left out by "${o.rule}"`);
}
