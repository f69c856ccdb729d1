/**
 * `deno run -A cli.ts COMMAND`: every command, also as a deno task.
 *
 * @module
 */
import type { App } from "./cli/app.ts";
import { processIo } from "./cli/io.ts";
import { main } from "./cli/main.ts";

async function open(): Promise<App> {
  const { maskOutput } = await import("./adapters/process/masked_output.ts");
  // Commands that open the program may run code of the project.
  maskOutput();
  const { compose } = await import("./compose.ts");
  return await compose({ directory: Deno.env.get("AURORA_DIRECTORY") ?? ".aurora", role: "cli" });
}

if (import.meta.main) {
  const stop = new AbortController();
  const ask = () => stop.abort();
  // The first Ctrl-C asks the command to end, the second one ends it.
  Deno.addSignalListener("SIGINT", () => stop.signal.aborted ? Deno.exit(130) : ask());
  Deno.addSignalListener("SIGTERM", ask);
  const code = await main(Deno.args, { io: processIo(ask), open, signal: stop.signal });
  // Drivers may keep timers; the command has closed what it opened.
  Deno.exit(stop.signal.aborted && code === 0 ? 130 : code);
}
