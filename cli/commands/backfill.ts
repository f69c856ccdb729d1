/**
 * `backfill`: runs a job or a selection for a range of slices, or for what is missing, failed or stale.
 *
 * @module
 */
import { type BackfillRequest, durationText, NothingToRun } from "engine";
import type { App } from "../app.ts";
import { warnIfAlone } from "../crew.ts";
import { type Called, EXIT, type Run, type Setting, UsageError } from "../command.ts";
import { table } from "../table.ts";
import { waitForBackfill } from "../wait_backfill.ts";
import { json, withApp } from "../with_app.ts";
import { many, sliceOf } from "../words.ts";

const FILTERS = ["missing", "failed", "stale"] as const;

/** A number from 1 on. */
function numberOf(called: Called, option: string): number | undefined {
  const text = called.text(option);
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`Cannot read --${option} "${text}": it is a number from 1 to 999999`);
}

/** What the words and options ask for. */
function requestOf({ definitions }: App, called: Called): BackfillRequest {
  const [what, range] = called.words as readonly [string, string?];
  const only = FILTERS.filter((f) => called.on(f));
  const isJob = definitions.jobs.some((j) => j.name === what);
  const all = called.text("chunk") === "all";
  return {
    ...(isJob ? { job: what } : { selection: what }),
    partitions: range?.split(","),
    ...(only.length ? { only } : {}),
    downstream: called.on("downstream"),
    reverse: called.on("reverse"),
    chunk: all ? "all" : numberOf(called, "chunk"),
    concurrency: numberOf(called, "concurrency"),
    key: called.text("key"),
    triggeredBy: "cli",
  };
}

/** Starts a backfill, or shows what it would do. That there is nothing to compute is no failure. */
export const backfill: Run = (setting) =>
  withApp(setting, async (app) => {
    const { called, io } = setting;
    const request = requestOf(app, called);
    if (called.on("dry-run")) return await dryRun(app, request, setting);
    try {
      const found = await app.service.backfill(request);
      return await told(app, found, setting);
    } catch (error) {
      if (!(error instanceof NothingToRun)) throw error;
      io.out(called.on("json") ? json({ backfill: null, slices: 0, runs: 0 }) : error.message);
      return EXIT.ok;
    }
  });

async function told(
  app: App,
  found: Awaited<ReturnType<App["service"]["backfill"]>>,
  setting: Setting,
): Promise<number> {
  const { called, io } = setting;
  if (called.on("wait")) return await waitForBackfill(app, found.backfill, setting);
  if (called.on("json")) io.out(json(found));
  else {
    const what = `${many(found.slices, "slice")} in ${many(found.runs, "run")}`;
    io.out(
      found.created
        ? `Backfill ${found.backfill} of ${what} is started`
        : `Backfill ${found.backfill} of ${what} was asked for before`,
    );
  }
  await warnIfAlone(app, io);
  return EXIT.ok;
}

/** What it would do, in which order and how long that may take. */
async function dryRun(app: App, request: BackfillRequest, { called, io }: Setting) {
  const plan = await app.service.planBackfill(request);
  if (called.on("json")) {
    io.out(json(plan));
    return EXIT.ok;
  }
  const assets = plan.assets.map((a) => [a.asset, String(a.slices), a.partitions ?? ""]);
  table(io, ["ASSET", "SLICES", "PARTITIONS"], assets).forEach((line) => io.out(line));
  plan.first.forEach(({ slices, more }, i) => {
    const rest = more ? ` and ${more} more` : "";
    io.out(`run ${i + 1}: ${slices.map(sliceOf).join(", ")}${rest}`);
  });
  if (plan.runs > plan.first.length) io.out(`and ${plan.runs - plan.first.length} more`);
  const time = plan.expectedMs === null ? "" : `, about ${durationText(plan.expectedMs)}`;
  io.out(
    `${many(plan.slices, "slice")} in ${many(plan.runs, "run")}, ` +
      `${plan.concurrency} at once${time}`,
  );
  if (plan.problem) io.err(plan.problem);
  return EXIT.ok;
}
