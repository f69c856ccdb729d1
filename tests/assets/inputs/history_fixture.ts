/** Small histories for tests: events written as people would say them. @module */
import type { Frame } from "../../../ml/mod.ts";
import { type History, historyOf, KIND } from "../../../assets/inputs/history.ts";

/** One event; instants like "2025-01-02T03:00Z". */
export interface Said {
  readonly user?: number;
  readonly kind?: keyof typeof KIND;
  readonly category?: number;
  readonly start: string;
  readonly end: string;
  /** When it was recorded; at its end unless said. */
  readonly recorded?: string;
  readonly energy?: number;
  readonly mood?: number;
  readonly quality?: number;
}

/** The two frames of a history, in the order that extraction gives. */
export function framesOf(
  events: readonly Said[],
  timezones: readonly string[] = ["UTC"],
): { users: Frame; events: Frame } {
  const rows = events.map((e) => ({
    user: e.user ?? 0,
    kind: KIND[e.kind ?? "other"],
    category: e.category ?? 1,
    started: Date.parse(e.start),
    ended: Date.parse(e.end),
    known: Math.max(Date.parse(e.recorded ?? e.end), Date.parse(e.end)),
    energy: e.energy ?? NaN,
    mood: e.mood ?? NaN,
    quality: e.quality ?? NaN,
  })).sort((a, b) => a.user - b.user || a.known - b.known);
  return {
    users: {
      rows: timezones.length,
      columns: { id: timezones.map((_, i) => `user-${i}`), timezone: timezones },
    },
    events: {
      rows: rows.length,
      columns: {
        user: Int32Array.from(rows, (r) => r.user),
        kind: Int32Array.from(rows, (r) => r.kind),
        category: Int32Array.from(rows, (r) => r.category),
        started: Float64Array.from(rows, (r) => r.started),
        ended: Float64Array.from(rows, (r) => r.ended),
        known: Float64Array.from(rows, (r) => r.known),
        energy: Float32Array.from(rows, (r) => r.energy),
        mood: Float32Array.from(rows, (r) => r.mood),
        quality: Float32Array.from(rows, (r) => r.quality),
      },
    },
  };
}

/** A history of them. */
export function historyFrom(events: readonly Said[], timezones?: readonly string[]): History {
  const frames = framesOf(events, timezones);
  return historyOf(frames.users, frames.events);
}

/** A plain life: `days` days from `first`, with a night, work, exercise and ratings each day. */
export function plainLife(first: string, days: number, user = 0): Said[] {
  const at = (day: number, hour: number) =>
    new Date(Date.parse(`${first}T00:00Z`) + day * 86_400_000 + hour * 3_600_000).toISOString();
  return Array.from({ length: days }, (_, d): Said[] => [
    {
      user,
      kind: "sleep",
      start: at(d, -1 + (d % 3) / 4),
      end: at(d, 7),
      quality: 5 + d % 4,
      category: 1,
    },
    { user, start: at(d, 9), end: at(d, 11), energy: 4 + d % 5, mood: 5 + d % 3, category: 2 },
    { user, kind: "exercise", start: at(d, 17), end: at(d, 18), energy: 6, category: 3 },
    { user, kind: "social", start: at(d, 20), end: at(d, 22), mood: 8 - d % 2, category: 4 },
  ]).flat();
}
