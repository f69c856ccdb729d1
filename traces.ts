/**
 * Traces of this process, if Deno exports any and knows where to.
 *
 * @module
 */
import { type Ledger, useTracing } from "engine";
import type { Sql } from "./adapters/postgres/connect.ts";
import { VERSION } from "./version.ts";

/** Whether traces are recorded. */
export const recordsTraces = (env: (name: string) => string): boolean =>
  env("OTEL_DENO") === "true" && env("OTEL_EXPORTER_OTLP_ENDPOINT") !== "";

/**
 * Records from now on: connections that are opened later have spans. `sql` is asked for what began a run, at the first
 * step; a process without it knows only what it is told. Gives what puts the calls of a ledger into the traces.
 */
export async function recordTraces(
  env: (name: string) => string,
  sql?: () => Sql,
): Promise<(ledger: Ledger) => Ledger> {
  if (!recordsTraces(env)) return (ledger) => ledger;
  const [{ openTelemetry, tracedPort }, { runParents }] = await Promise.all([
    import("./adapters/telemetry/tracing.ts"),
    import("./adapters/postgres/ledger/traces.ts"),
  ]);
  const parentOf = sql ? runParents(sql) : () => Promise.resolve(undefined);
  useTracing(openTelemetry({ parentOf, version: VERSION }));
  return (ledger) => tracedPort("ledger", ledger);
}
