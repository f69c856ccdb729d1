/**
 * Measurements in the text format of Prometheus, version 0.0.4.
 *
 * @see {@link https://prometheus.io/docs/instrumenting/exposition_formats/}
 * @module
 */

/** What a metric is, before it has values. */
export interface Metric {
  /** `aurora_runs_total`. */
  readonly name: string;
  /** In one sentence, with the unit. */
  readonly help: string;
  /** How its values behave. */
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  /** Names of its labels, in their order. */
  readonly labels: readonly string[];
}

/** One value. */
export interface Sample {
  /** Values of the labels of the metric, in their order. */
  readonly of: readonly string[];
  /** The value. */
  readonly value: number;
  /** `_bucket`, `_sum` or `_count` of a histogram or summary. */
  readonly suffix?: string;
  /** Upper bound of a bucket. */
  readonly le?: string;
}

/** A metric with its values. */
export interface Family {
  readonly metric: Metric;
  readonly samples: readonly Sample[];
}

/** Content type of {@linkcode exposition}. */
export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const inHelp = (text: string) => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const inLabel = (text: string) => /[\\\n"]/.test(text) ? inHelp(text).replaceAll('"', '\\"') : text;

function number(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

function lineOf({ name, labels }: Metric, { of, value, suffix = "", le }: Sample): string {
  let pairs = "";
  for (let i = 0; i < labels.length; i++) pairs += `,${labels[i]}="${inLabel(of[i] ?? "")}"`;
  if (le !== undefined) pairs += `,le="${le}"`;
  return `${name}${suffix}${pairs === "" ? "" : `{${pairs.slice(1)}}`} ${number(value)}\n`;
}

/**
 * The text that a scrape answers with.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { exposition } from "./exposition.ts";
 *
 * const metric = { name: "fruit_total", help: "Fruit", type: "counter", labels: ["kind"] } as const;
 * assertEquals(
 *   exposition([{ metric, samples: [{ of: ["pear"], value: 3 }] }]),
 *   '# HELP fruit_total Fruit\n# TYPE fruit_total counter\nfruit_total{kind="pear"} 3\n',
 * );
 * ```
 */
export function exposition(families: readonly Family[]): string {
  return families.map(({ metric, samples }) =>
    `# HELP ${metric.name} ${inHelp(metric.help)}\n# TYPE ${metric.name} ${metric.type}\n` +
    samples.map((sample) => lineOf(metric, sample)).join("")
  ).join("");
}

/** The samples of one histogram, from how many values lie in each bucket of its own. */
export function histogram(
  of: readonly string[],
  o: {
    readonly bounds: readonly number[];
    /** By the bound as text, `+Inf` for what lies above all. */
    readonly inBucket: ReadonlyMap<string, number>;
    readonly sum: number;
  },
): readonly Sample[] {
  let count = 0;
  const buckets = [...o.bounds.map(String), "+Inf"].map((le): Sample => {
    count += o.inBucket.get(le) ?? 0;
    return { of, value: count, suffix: "_bucket", le };
  });
  return [...buckets, { of, value: o.sum, suffix: "_sum" }, { of, value: count, suffix: "_count" }];
}
