/**
 * What a scrape of `/metrics` answers with.
 *
 * @module
 */
import { type Definitions, type MetricsReader, pause } from "engine";
import type { Sql } from "./adapters/postgres/connect.ts";
import { load, reported } from "./adapters/postgres/metrics/load.ts";
import { countFacts, knownTallies, uncounted } from "./adapters/postgres/metrics/tally.ts";
import { CATALOGUE, RUN_BOUNDS } from "./adapters/telemetry/catalogue.ts";
import { exposition, type Family } from "./adapters/telemetry/exposition.ts";
import { families } from "./adapters/telemetry/families.ts";
import {
  reportedFamilies,
  type ReportedMetric,
  reportersOf,
  sumsOf,
} from "./adapters/telemetry/reported.ts";
import { metrics as projectMetrics } from "./assets/metrics.ts";

/** What is measured. */
export interface MetricsOptions {
  /** The database. */
  readonly sql: Sql;
  /** What exists. */
  readonly definitions: Pick<Definitions, "jobs">;
  /** Reads the environment. */
  readonly env: (name: string) => string;
  /** Of this process. */
  readonly version: string;
  /** Of this process. */
  readonly startedAt: Date;
  /** Metrics of the project. @default {those of `assets/metrics.ts`} */
  readonly reported?: readonly ReportedMetric[];
}

/** Values of a label unless told. */
const LIMIT = 1_000;

/**
 * Reads the metrics; each reading first counts what happened since the last one, on whichever server.
 *
 * @throws {RangeError} If `AURORA_METRICS_LABELS` is no whole number above 0.
 */
export function metricsOf(o: MetricsOptions): MetricsReader {
  const own = o.reported ?? projectMetrics;
  const counting = { bounds: RUN_BOUNDS, sums: sumsOf(own) };
  const limit = limitFrom(o.env("AURORA_METRICS_LABELS"));
  const jobs = o.definitions.jobs.map((j) => j.name);
  const relays = o.env("KAFKA_BROKERS") !== "";
  const counts = knownTallies(o.sql);
  return {
    async count() {
      await countFacts(o.sql, counting);
    },
    async read(assets) {
      const counted = async () => {
        const isWhole = await countFacts(o.sql, counting);
        return await Promise.all([counts(), isWhole ? 0 : uncounted(o.sql)]);
      };
      const [[tallied, rest], now, newest] = await Promise.all([
        counted(),
        load(o.sql),
        reported(o.sql, reportersOf(own)),
      ]);
      return exposition([
        ...families({ tallies: tallied, load: now, assets, jobs, uncounted: rest, limit, relays }),
        ...reportedFamilies(own, { tallies: tallied, reported: newest }),
        ...processFamilies(o),
      ]);
    },
  };
}

/** Milliseconds between two countings when nobody asks for metrics. */
const COUNT_MS = 60_000;

/** Counts from time to time until the signal aborts, so that a scrape never has much to count. */
export async function keepCounting(
  metrics: Pick<MetricsReader, "count">,
  o: { readonly signal: AbortSignal; onTrouble(error: unknown): void },
): Promise<void> {
  while (!o.signal.aborted) {
    try {
      await metrics.count();
    } catch (error) {
      o.onTrouble(error);
    }
    await pause(COUNT_MS, o.signal);
  }
}

function limitFrom(text: string): number {
  const limit = text === "" ? LIMIT : Number(text);
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw new RangeError(
    `Cannot read AURORA_METRICS_LABELS: "${text}" is no whole number above 0, such as ${LIMIT}`,
  );
}

/** What is of this process alone. */
function processFamilies({ version, startedAt }: MetricsOptions): readonly Family[] {
  const { rss, heapUsed } = Deno.memoryUsage();
  return [
    { metric: CATALOGUE.build, samples: [{ of: [version], value: 1 }] },
    { metric: CATALOGUE.memory, samples: [{ of: [], value: rss }] },
    { metric: CATALOGUE.heap, samples: [{ of: [], value: heapUsed }] },
    { metric: CATALOGUE.started, samples: [{ of: [], value: startedAt.getTime() / 1_000 }] },
  ];
}
