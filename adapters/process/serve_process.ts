/**
 * The side of the process: what the module that a worker starts for its isolated steps runs.
 *
 * @module
 */
import {
  type Definitions,
  directLog,
  type FromStep,
  type Lender,
  serveSteps,
  type ToStep,
} from "engine";
import { lineLink } from "./line_link.ts";
import { endMark, printed, writeNow } from "./log_line.ts";
import { maskOutput } from "./masked_output.ts";

/** What the process runs. */
export interface Served {
  /** What exists. */
  readonly definitions: Definitions;
  /** Who opens resources. */
  readonly lender: Lender;
}

/**
 * Runs steps for the worker at the socket named by the first argument, until it closes it. `load` is called after the
 * thread runs that ends this process with its worker.
 */
export async function serveProcess(load: () => Promise<Served>): Promise<void> {
  const [path] = Deno.args;
  if (path === undefined) {
    throw new TypeError("Cannot serve steps: a worker starts this, with the path of its socket");
  }
  // With few rights it cannot end its group: then the warden of its worker does.
  if (Deno.permissions.querySync({ name: "run" }).state === "granted") {
    new Worker(new URL("./watchdog.ts", import.meta.url), { type: "module" });
  }
  // Signals are for the worker, which tells when to end.
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => {});
  const { stdout, stderr } = maskOutput();
  const { definitions, lender } = await load();
  const link = lineLink<ToStep, FromStep>(await Deno.connect({ transport: "unix", path }));
  const log = directLog((level, message, fields) =>
    writeNow(stdout, printed({ level, message, ...(fields ? { fields } : {}) }))
  );
  const onEnded = (token: string) => {
    for (const output of [stdout, stderr]) writeNow(output, endMark(token));
  };
  await serveSteps({ definitions, lender, link, log, onEnded });
  await lender[Symbol.asyncDispose]();
  Deno.exit(0);
}
