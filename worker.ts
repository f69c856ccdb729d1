// deno-lint-ignore-file no-console
/**
 * A worker process: claims steps, runs them, records them. Any number of them, on any number of machines, work for one
 * database.
 *
 * Under a supervisor (`--supervised`) it tells on stdout as which worker it joined, and ends when its standard input
 * ends: the supervisor has died.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { masked } from "engine";
import { maskOutput } from "./adapters/process/masked_output.ts";
import { compose } from "./compose.ts";
import { errorFields, logFormat, printer } from "./log.ts";

const HELP = `Usage: deno task worker [--slots N] [--queues a,b]

Works for the database in DATABASE_URL, or for the embedded one in AURORA_DIRECTORY (".aurora").
  --slots N      steps at once (AURORA_SLOTS, 4)
  --queues a,b   which steps it takes (AURORA_QUEUES, default)`;

async function endOfInput(stop: () => void): Promise<void> {
  for await (const _ of Deno.stdin.readable);
  stop();
}

async function main(): Promise<number> {
  const args = parseArgs(Deno.args, {
    string: ["slots", "queues"],
    boolean: ["supervised", "help"],
  });
  if (args["help"]) {
    console.log(HELP);
    return 0;
  }
  const slots = Number(args["slots"] ?? Deno.env.get("AURORA_SLOTS") ?? 4);
  if (!Number.isInteger(slots) || slots < 1) {
    console.error(`Cannot start worker: slots is "${args["slots"]}", not a whole number above 0`);
    return 2;
  }
  const queues = String(args["queues"] ?? Deno.env.get("AURORA_QUEUES") ?? "default").split(",");
  maskOutput();
  const json = logFormat(Deno.env.get("AURORA_LOG")) === "json";
  const say = printer("json", console.error, { process: "worker", pid: Deno.pid });
  const stop = new AbortController();
  const end = () => stop.abort();
  Deno.addSignalListener("SIGTERM", end);
  // Ctrl-C reaches the whole group: a supervised worker waits for its supervisor to say when.
  Deno.addSignalListener("SIGINT", args["supervised"] ? () => {} : end);
  if (args["supervised"]) void endOfInput(end);
  const directory = Deno.env.get("AURORA_DIRECTORY") ?? ".aurora";
  await using app = await compose({ directory, role: "worker" });
  await app.work(stop.signal, {
    slots,
    queues,
    onJoined: (worker) => {
      if (args["supervised"] || !json) console.log(JSON.stringify({ joined: worker }));
      if (json) say(`Worker joined`, { fields: { worker, slots, queues } });
    },
    onTrouble: (error) => {
      const line = `Worker: ${error instanceof Error ? error.message : error}`;
      if (json) say(line, { level: "error", fields: errorFields(error) });
      else console.error(masked(line));
    },
  });
  return 0;
}

if (import.meta.main) {
  try {
    Deno.exit(await main());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
