// deno-lint-ignore-file no-console
/**
 * A worker process for the assets of `bench/project.ts`, on the ledger in DATABASE_URL.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { lender, work } from "engine";
import { openLedger } from "../adapters/postgres/ledger/ledger.ts";
import { isolation } from "../adapters/process/isolation.ts";
import { project } from "./project.ts";

if (import.meta.main) {
  const url = Deno.env.get("DATABASE_URL") ?? "";
  const slots = Number(Deno.args[0] ?? 16);
  const stop = new AbortController();
  Deno.addSignalListener("SIGTERM", () => stop.abort());
  const ledger = await openLedger(url, { max: 4 });
  const processes = isolation({
    script: fromFileUrl(new URL("./step_process.ts", import.meta.url)),
    env: {},
    ledger,
    most: slots,
  });
  await work({
    isolation: processes,
    definitions: project,
    ledger,
    lender: lender((name) => Deno.env.get(name) ?? ""),
    hello: { host: Deno.hostname(), pid: Deno.pid, queues: ["default"], slots },
    signal: stop.signal,
    onJoined: (worker) => console.log(JSON.stringify({ joined: worker })),
    onTrouble: (error) => console.error(error),
  });
  await processes[Symbol.asyncDispose]();
  await ledger[Symbol.asyncDispose]();
  Deno.exit(0);
}
