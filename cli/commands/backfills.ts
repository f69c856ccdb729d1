/**
 * `backfills` and what steers them.
 *
 * @module
 */
import { UnknownName } from "engine";
import { EXIT, type Run, type Setting } from "../command.ts";
import { paintStatus } from "../io.ts";
import { table } from "../table.ts";
import { backfillLine } from "../wait_backfill.ts";
import { json, withApp } from "../with_app.ts";
import { timeOf } from "../words.ts";
import { limitOf } from "./runs.ts";

/** Lists backfills, newest first, or shows one. */
export const backfills: Run = (setting) => {
  const { called, io } = setting;
  const limit = limitOf(called, 20);
  return withApp(setting, async ({ service }) => {
    const [id] = called.words;
    const one = id === undefined ? undefined : await service.backfillView(id);
    if (id !== undefined && !one) throw new UnknownName("backfill", id, undefined);
    const found = one ? [one] : await service.backfills({ open: called.on("open"), limit });
    if (called.on("json")) {
      io.out(json(one ?? found));
      return EXIT.ok;
    }
    const rows = found.map((b) => [
      b.id,
      paintStatus(io, b.status),
      timeOf(b.createdAt),
      backfillLine(b, 12),
      `${b.runs.ended}/${b.runs.all}`,
      String(b.done.failed),
      b.triggeredBy,
      [b.title, b.error].filter(Boolean).join(" "),
    ]);
    const head = ["BACKFILL", "STATUS", "CREATED", "SLICES", "RUNS", "FAILED", "BY", "WHAT"];
    table(io, head, rows).forEach((line) => io.out(line));
    return EXIT.ok;
  });
};

const steer = (
  act: "pauseBackfill" | "resumeBackfill" | "cancelBackfill",
  said: string,
): Run =>
(setting: Setting) =>
  withApp(setting, async ({ service }) => {
    const [id] = setting.called.words;
    await service[act](id!);
    setting.io.out(`Backfill ${id} ${said}`);
    return EXIT.ok;
  });

/** Lets a backfill submit nothing more. */
export const pauseBackfill: Run = steer("pauseBackfill", "is paused; its active runs go on");
/** Lets it go on. */
export const resumeBackfill: Run = steer("resumeBackfill", "goes on");
/** Ends it with all of its runs. */
export const cancelBackfill: Run = steer("cancelBackfill", "is cancelled");
