// deno-lint-ignore-file no-console
/**
 * The demo: a seeded population, all four jobs for the newest complete partitions, a summary, and the UI.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { fromFileUrl } from "@std/path";
import type { Seeded } from "../assets/demo/seed.ts";
import { greeting, serve, type Served, untilAsked } from "../server.ts";
import { type JobOutcome, runJob } from "./demo/run_job.ts";
import { type Summary, summaryOf, summaryText } from "./demo/summary.ts";

const HELP =
  `Usage: deno task demo [--users N] [--days N] [--seed N] [--once] [--json] [--schedules] [--port N]

Seeds a population, runs the four pipelines, prints a summary and serves the UI until Ctrl-C.
  --users N      people (500)             --days N   days of events (120)    --seed N  decides the rest (42)
  --once         end after the summary    --json     the last line is one JSON object
  --schedules    schedules and sensors run while it serves
  --reset        replace another demo population in this directory
  --port N       8081, or AURORA_PORT`;

/** In this order: predictions need models. */
const JOBS = [
  "feature_engineering_pipeline",
  "ml_training_pipeline",
  "prediction_pipeline",
  "data_quality_pipeline",
] as const;

interface Options {
  readonly users: number;
  readonly days: number;
  readonly seed: number;
  readonly port: number;
  readonly once: boolean;
  readonly json: boolean;
  readonly schedules: boolean;
  readonly reset: boolean;
}

function optionsOf(words: readonly string[]): Options | undefined {
  const args = parseArgs(words, {
    string: ["users", "days", "seed", "port"],
    boolean: ["once", "json", "schedules", "reset", "help"],
    unknown(word) {
      throw new SyntaxError(`Cannot run the demo: "${word}" is no option of it\n${HELP}`);
    },
  });
  if (args["help"]) return undefined;
  const number = (name: string, otherwise: string) => {
    const n = Number(args[name] ?? otherwise);
    if (Number.isSafeInteger(n) && n >= 0) return n;
    throw new SyntaxError(`Cannot run the demo: --${name} is "${args[name]}", not a whole number`);
  };
  return {
    users: number("users", "500"),
    days: number("days", "120"),
    seed: number("seed", "42"),
    port: number("port", Deno.env.get("AURORA_PORT") ?? "8081"),
    once: args["once"] === true,
    json: args["json"] === true,
    schedules: args["schedules"] === true,
    reset: args["reset"] === true,
  };
}

/** Fetches what is not there yet: modules of the worker processes and the native libraries. */
async function prepare(print: (line: string) => void): Promise<void> {
  const { missing } = await import("./demo/prepare.ts");
  for (const { what, args } of await missing()) {
    print(`Fetching ${what} …`);
    const root = fromFileUrl(new URL("..", import.meta.url));
    const command = new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: root,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
    const { success, stdout, stderr } = await command.output();
    if (success) continue;
    const said = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
    throw new Error(`Cannot fetch ${what}:\n${said.trim()}`);
  }
}

/** Seeds; a population that was seeded before with the same options keeps its last day. */
async function population(served: Served, o: Options): Promise<Seeded> {
  const { seed, seeded } = await import("../assets/demo/seed.ts");
  const { sql } = served.app;
  const before = await seeded(sql);
  const same = before && before.users === o.users && before.days === o.days &&
    before.seed === o.seed;
  const midnight = new Date(Math.floor(Date.now() / 86_400_000) * 86_400_000);
  const { users, days, reset } = o;
  return await seed(sql, { users, days, seed: o.seed, reset, end: same ? before.end : midnight });
}

/** Gives the exit code; `finish` prints what comes last, after the server has said its last word. */
async function demo(o: Options): Promise<{ readonly code: number; finish(): void }> {
  const began = performance.now();
  // With --json the standard output is for the object; people read the rest on the standard error.
  const print = (line: string) => o.json ? console.error(line) : console.log(line);
  await prepare(print);
  const started = performance.now();
  const served = await serve({
    directory: Deno.env.get("AURORA_DIRECTORY") ?? ".aurora",
    port: o.once ? 0 : o.port,
    host: "127.0.0.1",
    workers: 1,
    schedules: o.schedules,
    print,
  });
  try {
    const { adapters } = await served.app.service.about();
    print(greeting(served.url, adapters));
    const people = await population(served, o);
    print(populationText(people));
    const outcomes: JobOutcome[] = [];
    const partition = partitionOf(people);
    for (const job of JOBS) outcomes.push(await runJob(served.app, job, { partition, print }));
    if (o.once) await untilSent(served, print);
    const seconds = (performance.now() - started) / 1_000;
    const summary = await summaryOf(served.app, { people, outcomes, seconds });
    print(`\n${summaryText(summary)}`);
    const wrong = wrongWith(summary);
    const finish = () => {
      wrong.forEach((line) => console.error(line));
      if (o.json) console.log(JSON.stringify(summary));
    };
    const code = wrong.length === 0 ? 0 : 1;
    if (!o.once) {
      finish();
      print(
        `\nReady in ${
          ((performance.now() - began) / 1_000).toFixed(1)
        } s. Open ${served.url} — Ctrl-C ends it.`,
      );
      await untilAsked();
      return { code, finish() {} };
    }
    return { code, finish };
  } finally {
    await served.stop();
  }
}

/** Milliseconds that a broker has for the events of the demo before it ends without it. */
const SEND_MS = 30_000;

/** Waits until Kafka has every event, if there is one: nobody relays what is left when this ends. */
async function untilSent({ app }: Served, print: (line: string) => void): Promise<void> {
  if (app.env("KAFKA_BROKERS") === "") return;
  for (const end = performance.now() + SEND_MS; performance.now() < end;) {
    const [row] = await app.sql<{ pending: boolean }[]>`
      select exists (select from engine.outbox where sent_at is null) as pending`;
    if (!row!.pending) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  print("Kafka does not take all events: they stay in the outbox for the next start");
}

function populationText({ users, days, events, written, seconds }: Seeded): string {
  const what = `${users} people × ${days} days, ${events.toLocaleString("en")} events`;
  if (!written) return `Population: ${what} (was there already)`;
  return `Population: ${what}, written in ${seconds.toFixed(1)} s`;
}

/**
 * The newest slices that have ended; where the population was seeded on an earlier day, those at its end: the six hours
 * before it name the newest day too.
 */
function partitionOf(people: Seeded): string | undefined {
  if (Date.now() - people.end.getTime() < 86_400_000) return undefined;
  return new Date(people.end.getTime() - 6 * 3_600_000).toISOString().slice(0, 13);
}

/** Why the demo is not a success. */
function wrongWith(s: Summary): string[] {
  const failed = Object.entries(s.jobs).filter(([, j]) => j.status !== "success");
  const wrong = failed.map(([name, j]) => `Job "${name}" ended as ${j.status}`);
  if (s.quality.found !== s.quality.planted) {
    wrong.push(
      `The quality report found ${s.quality.found} faults where ${s.quality.planted} were planted`,
    );
  }
  return wrong;
}

if (import.meta.main) {
  try {
    const options = optionsOf(Deno.args);
    if (!options) {
      console.log(HELP);
      Deno.exit(0);
    }
    const { code, finish } = await demo(options);
    finish();
    Deno.exit(code);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
