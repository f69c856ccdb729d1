// deno-lint-ignore-file no-console
/** A worker that runs one step that never ends in a process, and says which. @module */
import { fromFileUrl } from "@std/path";
import { directLog } from "engine";
import { memoryLedger } from "engine/testing";
import { isolation } from "../../../adapters/process/isolation.ts";
import { steps } from "./steps.ts";

if (import.meta.main) {
  const processes = isolation({
    script: fromFileUrl(new URL("./steps.ts", import.meta.url)),
    env: {},
    ledger: memoryLedger({ now: () => new Date() }),
    most: 1,
  });
  const claimed = {
    asset: "spins_on",
    partition: "",
    run: "1",
    step: 0,
    attempt: 1,
    version: 1n,
    failures: 0,
    reason: "asked for",
    startedAt: new Date(),
  };
  const said = (text: string) => console.log(`${text} in ${processes.pids()}`);
  await processes.run(claimed, {
    asset: steps.asset("spins_on"),
    log: directLog((_, message) => said(message)),
    signal: new AbortController().signal,
  });
}
