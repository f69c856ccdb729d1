/** Definitions and a ledger whose metrics are read. @module */
import { asset, type AssetMeasure, define, job } from "engine";
import { ledgerDatabase } from "../../services/ledger.ts";
import { openLedger } from "../../../adapters/postgres/ledger/ledger.ts";
import type { ReportedMetric } from "../../../adapters/telemetry/reported.ts";
import { metricsOf } from "../../../metrics.ts";

/** One asset that reports rows and a score, in one job. */
export const fruit = asset({ name: "fruit", materialize: () => null });
/** A project of it. */
export const definitions = define({
  fruit,
  daily: job({ name: "daily", assets: [fruit], cron: "0 2 * * *" }),
});

/** What the asset reports. */
export const reported: readonly ReportedMetric[] = [
  {
    name: "fruit_rows_total",
    help: "Rows",
    type: "counter",
    labels: ["kind"],
    values: [{ of: ["all"], asset: "fruit", key: "rows" }],
  },
  {
    name: "fruit_score",
    help: "Score",
    type: "gauge",
    labels: ["kind"],
    values: [{ of: ["all"], asset: "fruit", key: "score" }, {
      of: ["ripe"],
      asset: "fruit",
      key: "ripe",
    }],
  },
];

/** Where the asset stands. */
export const standing: readonly AssetMeasure[] = [
  { asset: "fruit", status: "fresh", ageSeconds: 5, lagSeconds: 0 },
];

/** A fresh ledger, and readers of its metrics as two servers would have them. */
export async function measured() {
  const db = await ledgerDatabase();
  const ledger = await openLedger(db.url);
  const reader = (env: { readonly [name: string]: string } = {}) =>
    metricsOf({
      sql: db.sql,
      definitions,
      env: (name) => env[name] ?? "",
      version: "1.2.3",
      startedAt: new Date(0),
      reported,
    });
  return {
    sql: db.sql,
    ledger,
    reader,
    async [Symbol.asyncDispose]() {
      await ledger[Symbol.asyncDispose]();
      await db[Symbol.asyncDispose]();
    },
  };
}

/** The value of a line, undefined if it is not told. */
export function valueOf(text: string, series: string): number | undefined {
  const line = text.split("\n").find((l) => l.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
