// deno-lint-ignore-file no-console
/**
 * `deno task bench [NAME…] [--json]`: measures, one line a figure.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import type { Bench, Figure } from "./bench.ts";
import { endAll } from "./open.ts";

/** All measurements, loaded when they are wanted. */
export const BENCHES: { readonly [name: string]: () => Promise<{ readonly bench: Bench }> } = {
  cli_help: () => import("./cli_help.ts"),
  chain_40: () => import("./chain_40.ts"),
  fan_out_1000: () => import("./fan_out_1000.ts"),
  fan_out_10000: () => import("./fan_out_10000.ts"),
  claim_idle: () => import("./claim_idle.ts"),
  claim_with_1m_steps: () => import("./claim_with_1m_steps.ts"),
  click_behind_backfill: () => import("./click_behind_backfill.ts"),
  recovery_kill9: () => import("./recovery_kill9.ts"),
  scaling_workers: () => import("./scaling_workers.ts"),
  step_overhead_inprocess: () => import("./step_overhead_inprocess.ts"),
  step_overhead_worker: () => import("./step_overhead_worker.ts"),
  step_overhead_subprocess: () => import("./step_overhead_subprocess.ts"),
  click_to_success: () => import("./click_to_success.ts"),
  start_to_http: () => import("./start_to_http.ts"),
  idle_memory: () => import("./idle_memory.ts"),
  relay_events: () => import("./relay_events.ts"),
  demo_seconds: () => import("./demo_seconds.ts"),
  metrics_scrape: () => import("./metrics_scrape.ts"),
  authorize: () => import("./authorize.ts"),
  login: () => import("./login.ts"),
  why: () => import("./why.ts"),
  plan_1k: () => import("./plan_1k.ts"),
  simulate_500x7d: () => import("./simulate_500x7d.ts"),
  backfill_plan_100k: () => import("./backfill_plan_100k.ts"),
  partitions_1m: () => import("./partitions_1m.ts"),
  fingerprint_500_files: () => import("./fingerprint_500_files.ts"),
  deciding: () => import("./deciding.ts"),
  typecheck_500: () => import("./typecheck_500.ts"),
  object_1gib: () => import("./object_1gib.ts"),
  slow_cut_gone: () => import("./slow_cut_gone.ts"),
};

/** Sizes that `deciding` measures in one go. */
const SIZES = ["100", "1k", "10k"];

/** Figures that can be asked for by their own name, with the measurement that gives them. */
export const FIGURES: { readonly [figure: string]: string } = Object.fromEntries(
  ["load", "tick_idle", "tick_root", "stale_api"].flatMap((of) =>
    SIZES.map((size) => [`${of}_${size}`, "deciding"])
  ),
);

const HELP = `Usage: deno task bench [NAME…] [--json]

Measures on servers of its own; without names all of: ${Object.keys(BENCHES).join(", ")}.
One figure of deciding is measured by its name: ${Object.keys(FIGURES).join(", ")}
  --json   one JSON object a line`;

/** What to measure, each once, and which of its figures to print; all if none is named. */
export function wantedOf(names: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const wanted = new Map<string, Set<string>>();
  const whole = new Set(names.filter((name) => Object.hasOwn(BENCHES, name)));
  for (const name of names) {
    const bench = Object.hasOwn(FIGURES, name) ? FIGURES[name]! : name;
    if (!wanted.has(bench)) wanted.set(bench, new Set());
    if (bench !== name && !whole.has(bench)) wanted.get(bench)!.add(name);
  }
  return wanted;
}

/** One line for people. */
function lineOf(f: Figure): string {
  const params = Object.entries(f.params).map(([k, v]) => `${k} ${v}`).join(", ");
  const range = f.runs > 1 ? `(${f.min}–${f.max} in ${f.runs} runs)` : "(1 run)";
  return `${f.name.padEnd(24)} ${`${f.value} ${f.unit}`.padStart(12)}  ${range}  ${params}`
    .trimEnd();
}

async function main(): Promise<number> {
  const args = parseArgs(Deno.args, { boolean: ["json", "help"] });
  if (args["help"]) {
    console.log(HELP);
    return 0;
  }
  const names = args._.length > 0 ? args._.map(String) : Object.keys(BENCHES);
  const known = { ...BENCHES, ...FIGURES };
  const unknown = names.find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) {
    const all = Object.keys(known).join(", ");
    console.error(`Cannot measure "${unknown}": there is no such bench, they are ${all}`);
    return 2;
  }
  const stop = () => void endAll().finally(() => Deno.exit(130));
  Deno.addSignalListener("SIGINT", stop);
  Deno.addSignalListener("SIGTERM", stop);
  let failed = 0;
  for (const [name, figures] of wantedOf(names)) {
    try {
      const { bench } = await BENCHES[name]!();
      for (const figure of await bench.measure()) {
        if (figures.size > 0 && !figures.has(figure.name)) continue;
        console.log(args["json"] ? JSON.stringify(figure) : lineOf(figure));
      }
    } catch (error) {
      failed++;
      console.error(`${name}: ${error instanceof Error ? error.stack : error}`);
    }
  }
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
