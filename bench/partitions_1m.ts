/**
 * A million slices of one asset: ordinals, sets of slices, and the readers of one slice.
 *
 * @module
 */
import { asset, keyText, mappingOf, OrdinalSet, partitions } from "engine";
import type { Bench, Figure } from "./bench.ts";
import { figure } from "./bench.ts";

const NOW = new Date("2026-11-22T00:00:00Z");
const HOURS = 1_000_000;
const START = new Date(NOW.getTime() - HOURS * 3_600_000).toISOString().slice(
  0,
  13,
) as "2000-1-1T0";

/** Milliseconds of one call, the mean of many. */
function each(calls: number, call: (i: number) => unknown): number {
  const from = performance.now();
  for (let i = 0; i < calls; i++) call(i);
  return (performance.now() - from) / calls;
}

/** Numbers that look scattered and are the same each time. */
const scattered = (count: number, seed: number) =>
  OrdinalSet.from(Array.from({ length: count }, (_, i) => (i * 7919 * seed + seed) % HOURS));

function samples(): { readonly [name: string]: () => number } {
  const hourly = partitions.hourly({ start: START });
  const local = partitions.hourly({ start: START, timezone: "Europe/Berlin" });
  const daily = partitions.daily({ start: hourly.keyAt(0).slice(0, 10) as "2000-1-1" });
  const hours = asset({ name: "hours", partitions: hourly, materialize: () => 1 });
  const days = mappingOf(hours, daily);
  const [a, b] = [scattered(10_000, 1), scattered(10_000, 3)];
  const all = OrdinalSet.of([0, HOURS]);
  const at = (i: number) => (i * 7919) % HOURS;
  const keys = Array.from({ length: 1_000 }, (_, i) => hourly.keyAt(at(i)));
  local.count(NOW);
  return {
    partitions_1m_key: () => each(1_000, (i) => keyText(hourly.keyAt(at(i)))),
    partitions_1m_index: () => each(1_000, (i) => hourly.indexOf(keys[i]!)),
    partitions_1m_index_zone: () => each(1_000, (i) => local.indexOf(local.keyAt(at(i)))),
    partitions_1m_newest: () => each(1_000, () => hourly.newest(NOW)),
    partitions_1m_readers: () => each(1_000, (i) => days.down(at(i), NOW)),
    partitions_1m_union: () => each(20, () => a.union(b)),
    partitions_1m_missing: () => each(20, () => all.minus(a).size),
    partitions_1m_text: () => each(5, () => OrdinalSet.parse(`${a}`)),
  };
}

/** The measurement. */
export const bench: Bench = {
  name: "partitions_1m",
  what: "a million slices of one asset: one key, one set operation",
  measure(): Promise<readonly Figure[]> {
    const measured = Object.entries(samples()).map(([name, once]) => {
      once();
      return figure({ name, unit: "µs" }, Array.from({ length: 7 }, () => once() * 1_000));
    });
    return Promise.resolve(measured);
  },
};
