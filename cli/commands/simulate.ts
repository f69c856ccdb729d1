/**
 * `simulate`: days that have not been yet.
 *
 * @module
 */
import {
  durationText,
  milliseconds,
  nextTick,
  pausedOf,
  type PoolWaiting,
  simulate as run,
  type Simulation,
} from "engine";
import type { App } from "../app.ts";
import { type Called, EXIT, type Run, UsageError } from "../command.ts";
import { type Io, paint, paintStatus } from "../io.ts";
import { table } from "../table.ts";
import { many } from "../words.ts";
import { json, withApp } from "../with_app.ts";

/** Slots if no worker is alive: what one worker takes unless told otherwise. */
const SLOTS = 4;
/** What a step takes of which nothing is known. */
const ASSUMED = "30s";
/** More days than this are a mistake. */
const MOST_DAYS = 366;

function daysOf(called: Called): number {
  const text = called.text("days") ?? "7";
  const days = Number(text);
  if (days > 0 && days <= MOST_DAYS) return days;
  throw new UsageError(`Cannot simulate "${text}" days: give a number up to ${MOST_DAYS}`);
}

function fromOf(called: Called): Date {
  const text = called.text("from");
  if (text === undefined) return new Date();
  const at = new Date(text);
  // Without a zone it would be another instant on another machine.
  const isInstant = /^\d{4}-\d\d-\d\d(T.+(Z|[+-]\d\d:?\d\d))?$/i.test(text);
  if (isInstant && !Number.isNaN(at.getTime())) return at;
  throw new UsageError(
    `Cannot simulate from "${text}": it is no instant such as "2025-01-27T06:00:00Z"`,
  );
}

/** The workers that live, or as many slots as are wished, or those of one worker that takes every queue. */
async function crewOf({ ledger, definitions }: App, called: Called) {
  const wished = called.text("slots");
  const living = wished === undefined ? await ledger.workers() : [];
  if (living.length > 0) return living.map(({ queues, slots }) => ({ queues, slots }));
  const slots = Number(wished ?? SLOTS);
  if (!Number.isInteger(slots) || slots < 1) {
    throw new UsageError(`Cannot simulate with "${wished}" slots: give a number from 1`);
  }
  return [{ queues: [...new Set(definitions.assets.map((a) => a.queue))], slots }];
}

/** Simulates what the program would do from now on. Nothing is changed. */
export const simulate: Run = (setting) =>
  withApp(setting, async (app) => {
    const { called, io } = setting;
    const { definitions, ledger } = app;
    const [days, from] = [daysOf(called), fromOf(called)];
    const assumeMs = milliseconds((called.text("assume") ?? ASSUMED) as typeof ASSUMED);
    const workers = await crewOf(app, called);
    const [durations, past, paused] = await Promise.all([
      ledger.durations(20),
      ledger.slices(),
      pausedOf(ledger, "schedule:"),
    ]);
    const found = await run({
      definitions,
      from,
      days,
      workers,
      durations,
      assumeMs,
      next: nextTick,
      past: past.filter((s) => s.visible && s.visible.at <= from),
      paused,
    });
    if (called.on("json")) io.out(json(found));
    else show(io, found, assumeMs);
    return EXIT.ok;
  });

const instant = (at: Date | null) => at ? at.toISOString().slice(0, 16).replace("T", " ") : "-";

function show(io: Io, found: Simulation, assumeMs: number): void {
  const { ticks, runs, waiting, pools, broken, assumed } = found;
  io.out(`${instant(found.from)} to ${instant(found.to)} UTC, simulated: nothing was changed`);
  io.out(`${many(ticks.length, "tick")}, ${many(runs.length, "run")}`);
  io.out("");
  tableOf(io, ["RUN OF", "RUNS", "LAST", "TAKES", "WAITS AT MOST"], byTitle(io, runs));
  io.out("");
  const queues = waiting.map((w) => [
    w.queue,
    String(w.steps),
    durationText(w.p50),
    durationText(w.max),
    w.left ? paint(io, "yellow", String(w.left)) : "0",
  ]);
  tableOf(io, ["QUEUE", "STEPS", "WAIT P50", "WAIT MAX", "NOT BEGUN"], queues);
  io.out("");
  if (pools.length > 0) {
    const head = ["POOL", "SLOTS", "STEPS", "WAITED", "WAIT P50", "WAIT MAX", "NOT BEGUN"];
    tableOf(io, head, pools.map((p) => poolRow(io, p)));
    io.out("");
  }
  if (broken.length === 0) io.out("All promises will be kept");
  const blames = pools.some((p) => p.missed.length > 0);
  const rows = broken.map((b) => [
    paintStatus(io, "late", b.asset),
    instant(b.from),
    b.to >= found.to ? "the end" : instant(b.to),
    ...(blames ? [blamed(pools, b)] : []),
  ]);
  const head = ["WILL BE LATE", "FROM", "UNTIL", ...(blames ? ["FOR POOL"] : [])];
  if (rows.length > 0) tableOf(io, head, rows);
  if (assumed.length > 0) {
    const of = assumed.slice(0, 3).join(", ");
    const more = assumed.length > 3 ? ` and ${assumed.length - 3} more` : "";
    io.err(`Assumed ${durationText(assumeMs)} for ${of}${more}: never ran. Sensors do not look.`);
  }
}

function tableOf(io: Io, head: readonly string[], rows: readonly (readonly string[])[]): void {
  table(io, head, rows).forEach((line) => io.out(line));
}

function poolRow(io: Io, p: PoolWaiting): readonly string[] {
  return [
    p.pool,
    String(p.slots),
    String(p.steps),
    String(p.waited),
    durationText(p.p50),
    durationText(p.max),
    p.left ? paint(io, "yellow", String(p.left)) : "0",
  ];
}

/** The pools without whose limit a promise would be kept. */
const blamed = (pools: readonly PoolWaiting[], { asset, from }: Simulation["broken"][number]) =>
  pools.filter((p) =>
    p.missed.some((m) => m.asset === asset && m.from.getTime() === from.getTime())
  )
    .map((p) => p.pool).join(", ") || "-";

/** Runs of the same thing in a line. */
function byTitle(io: Io, runs: Simulation["runs"]): readonly (readonly string[])[] {
  return [...Map.groupBy(runs, (r) => r.title)].map(([title, of]) => {
    const took = of.flatMap((r) =>
      r.startedAt && r.endedAt ? [r.endedAt.getTime() - r.startedAt.getTime()] : []
    );
    const waited = of.flatMap((r) =>
      r.startedAt ? [r.startedAt.getTime() - r.createdAt.getTime()] : []
    );
    const longest = (ms: readonly number[]) =>
      ms.length ? durationText(ms.reduce((a, b) => Math.max(a, b))) : "-";
    const last = of.at(-1)!;
    return [
      title,
      String(of.length),
      paintStatus(io, last.state, instant(last.createdAt)),
      longest(took),
      longest(waited),
    ];
  });
}
