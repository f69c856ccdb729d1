/**
 * `simulate`: days that have not been yet.
 *
 * @module
 */
import { type AsText, durationText, type PoolWaiting, type SimulationView } from "engine";
import { type Called, EXIT, type Run, UsageError } from "../command.ts";
import { type Io, paint, paintStatus } from "../io.ts";
import { table } from "../table.ts";
import { many } from "../words.ts";
import { json, withApp } from "../with_app.ts";

/** A number that was given; what is none is refused by whoever reads it. */
function numberOf(called: Called, option: string): number | undefined {
  const text = called.text(option);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() !== "" && !Number.isNaN(number)) return number;
  throw new UsageError(`Cannot simulate with --${option} "${text}": give a number`);
}

/** Simulates what the program would do from now on. Nothing is changed. */
export const simulate: Run = (setting) =>
  withApp(setting, async ({ service }) => {
    const { called, io } = setting;
    const found = await service.simulate({
      days: numberOf(called, "days"),
      slots: numberOf(called, "slots"),
      from: called.text("from"),
      assume: called.text("assume"),
    });
    if (called.on("json")) io.out(json(found));
    else show(io, found);
    return EXIT.ok;
  });

const instant = (at: string) => at.slice(0, 16).replace("T", " ");

function show(io: Io, found: SimulationView): void {
  const { ticks, runs, waiting, pools, broken, assumed, assumedMs } = found;
  io.out(`${instant(found.from)} to ${instant(found.to)} UTC, simulated: nothing was changed`);
  io.out(`${many(ticks.length, "tick")}, ${many(runs.length, "run")}`);
  io.out("");
  tableOf(
    io,
    ["RUN OF", "RUNS", "LAST", "TAKES", "WAITS AT MOST"],
    found.alike.map((a) => alikeRow(io, a)),
  );
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
    io.err(`Assumed ${durationText(assumedMs)} for ${of}${more}: never ran. Sensors do not look.`);
  }
}

function tableOf(io: Io, head: readonly string[], rows: readonly (readonly string[])[]): void {
  table(io, head, rows).forEach((line) => io.out(line));
}

function poolRow(io: Io, p: AsText<PoolWaiting>): readonly string[] {
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
const blamed = (
  pools: SimulationView["pools"],
  { asset, from }: SimulationView["broken"][number],
) =>
  pools.filter((p) => p.missed.some((m) => m.asset === asset && m.from === from))
    .map((p) => p.pool).join(", ") || "-";

/** Runs of the same thing in a line. */
function alikeRow(io: Io, a: SimulationView["alike"][number]): readonly string[] {
  const took = (ms: number | null) => ms === null ? "-" : durationText(ms);
  return [
    a.title,
    String(a.runs),
    paintStatus(io, a.lastState, instant(a.lastAt)),
    took(a.takesMs),
    took(a.waitsMs),
  ];
}
