/**
 * `runs`: runs, newest first.
 *
 * @module
 */
import type { RunStatus } from "engine";
import { type Called, EXIT, type Run, UsageError } from "../command.ts";
import { paintStatus } from "../io.ts";
import { table } from "../table.ts";
import { duration, timeOf } from "../words.ts";
import { json, withApp } from "../with_app.ts";

const STATUSES: readonly RunStatus[] = ["queued", "running", "success", "failed", "cancelled"];

function statusOf(called: Called): RunStatus | undefined {
  const text = called.text("status");
  const status = STATUSES.find((s) => s === text);
  if (text === undefined || status) return status;
  throw new UsageError(`Cannot list runs that are "${text}": they are ${STATUSES.join(", ")}`);
}

/** A number above zero. */
export function limitOf(called: Called, usual: number): number {
  const text = called.text("limit");
  if (text === undefined) return usual;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`Cannot read --limit "${text}": it is a number from 1 to 999999`);
}

/** Lists runs. */
export const runs: Run = (setting) => {
  const { called, io } = setting;
  const filter = { status: statusOf(called), limit: limitOf(called, 20) };
  return withApp(setting, async ({ service, definitions }) => {
    const [job, asset] = [called.text("job"), called.text("asset")];
    if (job !== undefined) definitions.job(job);
    if (asset !== undefined) definitions.asset(asset);
    const found = await service.runs({ ...filter, job, asset });
    if (called.on("json")) {
      io.out(json(found));
      return EXIT.ok;
    }
    const rows = found.runs.map((r) => [
      r.id,
      paintStatus(io, r.status),
      timeOf(r.createdAt),
      duration(r),
      `${r.steps.success}/${Object.values(r.steps).reduce((a, b) => a + b, 0)}`,
      r.triggeredBy,
      [r.title, r.partition && `[${r.partition}]`, r.error].filter(Boolean).join(" "),
    ]);
    const head = ["RUN", "STATUS", "CREATED", "TOOK", "STEPS", "BY", "WHAT"];
    table(io, head, rows).forEach((line) => io.out(line));
    return EXIT.ok;
  });
};
