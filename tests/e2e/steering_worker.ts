/** A worker process for `steering_test.ts`: `URL FOLDER`. @module */
import { openLedger } from "../../adapters/postgres/ledger/ledger.ts";
import { lender, work } from "../../engine/mod.ts";
import { declared } from "./steering_project.ts";

const [url, folder] = Deno.args as [string, string];
const stop = new AbortController();
Deno.addSignalListener("SIGTERM", () => stop.abort());
await using ledger = await openLedger(url, { max: 3 });
await using resources = lender(() => "");
await work({
  definitions: declared(folder),
  ledger,
  lender: resources,
  hello: { host: "test", pid: Deno.pid, queues: ["default"], slots: 4 },
  signal: stop.signal,
  heartbeatMs: 50,
});
