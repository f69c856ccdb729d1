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
  masked,
  serveSteps,
  type ToStep,
} from "engine";
import { lineLink } from "./line_link.ts";
import { endMark, printed, writeNow } from "./log_line.ts";

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
  maskUncaught();
  const { definitions, lender } = await load();
  const link = lineLink<ToStep, FromStep>(await Deno.connect({ transport: "unix", path }));
  const log = directLog((level, message, fields) =>
    writeNow(Deno.stdout, printed({ level, message, ...(fields ? { fields } : {}) }))
  );
  const onEnded = (token: string) => {
    for (const output of [Deno.stdout, Deno.stderr]) writeNow(output, endMark(token));
  };
  await serveSteps({ definitions, lender, link, log, onEnded });
  await lender[Symbol.asyncDispose]();
  Deno.exit(0);
}

/** An error that nobody caught ends the process as ever, but what it says is masked here, where its secrets are known. */
function maskUncaught(): void {
  const end = (event: Event, thrown: unknown, where: string) => {
    event.preventDefault();
    const said = thrown instanceof Error ? thrown.stack ?? String(thrown) : String(thrown);
    writeNow(Deno.stderr, masked(`error: Uncaught ${where}${said}\n`));
    Deno.exit(1);
  };
  addEventListener("error", (event) => end(event, event.error, ""));
  addEventListener("unhandledrejection", (event) => end(event, event.reason, "(in promise) "));
}
