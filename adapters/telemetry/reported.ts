/**
 * Metrics of a project: numbers that its assets report of themselves.
 *
 * @module
 */
import type { Reported, Summed, Tally } from "engine";
import type { Family, Metric, Sample } from "./exposition.ts";

/** Where a value of a {@linkcode ReportedMetric} comes from. */
export interface ReportedValue extends Summed {
  /** Values of the labels of the metric, in their order. */
  readonly of: readonly string[];
}

/**
 * A metric whose values are in the metadata of assets. A gauge is what the newest slice reported, `true` counts as 1; a
 * counter is the sum of what every version reported.
 */
export interface ReportedMetric extends Metric {
  /** Only these two: metadata has no buckets. */
  readonly type: "gauge" | "counter";
  /** Its values. */
  readonly values: readonly ReportedValue[];
}

const keyOf = (asset: string, key: string) => `${asset}\n${key}`;

/** What has to be added up while facts are counted. */
export const sumsOf = (metrics: readonly ReportedMetric[]): readonly Summed[] =>
  metrics.filter((m) => m.type === "counter")
    .flatMap((m) => m.values.map(({ asset, key }) => ({ asset, key })));

/** Assets whose newest metadata are read. */
export const reportersOf = (metrics: readonly ReportedMetric[]): readonly string[] => [
  ...new Set(
    metrics.filter((m) => m.type === "gauge").flatMap((m) => m.values.map((v) => v.asset)),
  ),
];

/** The metrics with their values; what no version reported yet is left out. */
export function reportedFamilies(
  metrics: readonly ReportedMetric[],
  known: { readonly tallies: readonly Tally[]; readonly reported: readonly Reported[] },
): readonly Family[] {
  const sums = new Map(
    known.tallies.filter((t) => t.kind === "sum").map((t) => [keyOf(t.name, t.part), t.total]),
  );
  const newest = new Map(known.reported.map((r) => [keyOf(r.asset, r.key), r.value]));
  return metrics.map((metric) => ({
    metric,
    samples: metric.values.flatMap(({ asset, key, of }): Sample[] => {
      const value = (metric.type === "counter" ? sums : newest).get(keyOf(asset, key));
      return value === undefined ? [] : [{ of, value }];
    }),
  }));
}
