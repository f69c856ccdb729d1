/** A server and a worker in one process, whose traces Deno exports. Run with the URL of a ledger. @module */
import { trace } from "@opentelemetry/api";
import { asset, define, lender, pause, useTracing, work } from "engine";
import { connect } from "../../../adapters/postgres/connect.ts";
import { openLedger } from "../../../adapters/postgres/ledger/ledger.ts";
import { runParents } from "../../../adapters/postgres/ledger/traces.ts";
import { openTelemetry, tracedPort } from "../../../adapters/telemetry/tracing.ts";
import { plan, step, submit } from "../../../engine/ledger/contract/subject.ts";

const url = Deno.args[0]!;
const sql = connect(url, { name: "traced", max: 2 });
useTracing(openTelemetry({ parentOf: runParents(() => sql), version: "1.2.3" }));
const ledger = tracedPort("ledger", await openLedger(url));
const tracer = trace.getTracer("test");
const definitions = define({
  good: asset({
    name: "good",
    materialize: () =>
      tracer.startActiveSpan("inside", (span) => {
        span.end();
        return null;
      }),
  }),
  bad: asset({
    name: "bad",
    materialize: () => {
      throw new Error("it broke");
    },
  }),
});
await tracer.startActiveSpan("request", async (span) => {
  await submit(ledger, [step("good"), step("bad")]);
  span.end();
});
await ledger.advance({
  name: "schedule:daily",
  revision: 0,
  value: null,
  result: "",
  outcome: "requested",
  submissions: [plan([step("good")])],
});
const stop = new AbortController();
await using lent = lender(() => "");
const hello = { host: "here", pid: Deno.pid, queues: ["default"], slots: 2 };
const working = work({ definitions, ledger, lender: lent, hello, signal: stop.signal });
const isOver = async () => {
  const { queued, running } = await ledger.runCounts();
  return queued + running === 0;
};
for (let i = 0; i < 500 && !await isOver(); i++) await pause(10, stop.signal);
stop.abort();
await working;
await ledger[Symbol.asyncDispose]();
await sql.end({ timeout: 2 });
