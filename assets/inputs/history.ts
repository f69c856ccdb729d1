/**
 * What is known about users: their events in the order in which they became known, as typed
 * columns.
 *
 * @module
 */
import type { Frame } from "../../ml/mod.ts";
import { type Zone, zoneOf } from "./calendar.ts";

/** What the models tell apart; every other type of event is `other`. */
export const KIND = { other: 0, sleep: 1, exercise: 2, social: 3 } as const;

/**
 * Events as columns, sorted by `user` and then by `known`.
 *
 * Instants are milliseconds since 1970 UTC; ratings are 1–10, NaN where the event has none.
 */
export interface Events {
  /** Number of events. */
  readonly rows: number;
  /** Index of the user in {@linkcode History.users}. */
  readonly user: Int32Array;
  /** One of {@linkcode KIND}. */
  readonly kind: Int32Array;
  /** A number that is equal for equal categories. */
  readonly category: Int32Array;
  /** When it began. */
  readonly started: Float64Array;
  /** When it ended, always after `started`. */
  readonly ended: Float64Array;
  /** When both its end had come and it had been recorded; nothing may use it earlier. */
  readonly known: Float64Array;
  /** Rated energy. */
  readonly energy: Float32Array;
  /** Rated mood. */
  readonly mood: Float32Array;
  /** Rated quality, of sleep. */
  readonly quality: Float32Array;
}

/** One user and where the user's events are. */
export interface User {
  /** The uuid. */
  readonly id: string;
  /** The local clock. */
  readonly zone: Zone;
  /** Index of the first event. */
  readonly from: number;
  /** Index after the last event. */
  readonly to: number;
}

/** Everything the inputs of the models are computed from. */
export interface History {
  /** Users by index. */
  readonly users: readonly User[];
  /** Their events. */
  readonly events: Events;
}

function column<T>(
  frame: Frame,
  name: string,
  type: abstract new (...args: never) => T,
): T {
  const found = frame.columns[name];
  if (found instanceof type) return found;
  const state = found === undefined ? "missing" : found.constructor.name;
  throw new TypeError(`Cannot read history: column "${name}" is ${state}, not ${type.name}`);
}

function strings(frame: Frame, name: string): readonly string[] {
  const found = frame.columns[name];
  if (Array.isArray(found)) return found;
  throw new TypeError(`Cannot read history: column "${name}" is not a list of strings`);
}

/**
 * Puts the two extracted frames together.
 *
 * @throws {TypeError} If a column is missing or of another type.
 * @throws {RangeError} If events are not sorted by user and by the instant they became known.
 */
export function historyOf(users: Frame, events: Frame): History {
  const ids = strings(users, "id");
  const zones = strings(users, "timezone");
  const columns: Events = {
    rows: events.rows,
    user: column(events, "user", Int32Array),
    kind: column(events, "kind", Int32Array),
    category: column(events, "category", Int32Array),
    started: column(events, "started", Float64Array),
    ended: column(events, "ended", Float64Array),
    known: column(events, "known", Float64Array),
    energy: column(events, "energy", Float32Array),
    mood: column(events, "mood", Float32Array),
    quality: column(events, "quality", Float32Array),
  };
  const starts = firstOfEach(columns, ids.length);
  return {
    users: ids.map((id, i) => ({
      id,
      zone: zoneOf(zones[i]!),
      from: starts[i]!,
      to: starts[i + 1]!,
    })),
    events: columns,
  };
}

function firstOfEach(events: Events, users: number): Int32Array {
  const starts = new Int32Array(users + 1);
  for (let i = 0; i < events.rows; i++) {
    const user = events.user[i]!;
    if (user < 0 || user >= users) {
      throw new RangeError(`Cannot read history: event ${i} is of user ${user} of ${users}`);
    }
    if (i > 0 && isBefore(events, i, i - 1)) {
      throw new RangeError(`Cannot read history: event ${i} is not in the order of user and known`);
    }
    starts[user + 1] = i + 1;
  }
  for (let u = 1; u <= users; u++) starts[u] = Math.max(starts[u]!, starts[u - 1]!);
  return starts;
}

function isBefore(events: Events, a: number, b: number): boolean {
  const user = events.user[a]! - events.user[b]!;
  return user < 0 || (user === 0 && events.known[a]! < events.known[b]!);
}

/** Index after the last event of `user` that was known before `cutoff`. O(log events). */
export function knownBefore(history: History, user: User, cutoff: number): number {
  const { known } = history.events;
  let low = user.from;
  let high = user.to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (known[middle]! < cutoff) low = middle + 1;
    else high = middle;
  }
  return low;
}
