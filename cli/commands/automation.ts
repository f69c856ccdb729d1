/**
 * `schedules` and `sensors`: what runs by itself, and when next.
 *
 * @module
 */
import { durationText, type JobView, nearest, type SensorView, UnknownName } from "engine";
import { EXIT, type Run, type Setting } from "../command.ts";
import { type Io, paintStatus } from "../io.ts";
import { table } from "../table.ts";
import { timeOf } from "../words.ts";
import { json, withApp } from "../with_app.ts";

/** Ticks of a schedule that are shown in a line. */
const TICKS_IN_A_LINE = 2;

/** Lists schedules with their coming ticks, or shows one with more of them. */
export const schedules: Run = (setting) =>
  withApp(setting, async ({ service }) => {
    const ticking = (await service.jobs()).filter((j) => j.cron !== null);
    return shown(setting, "schedule", ticking, { list: scheduleLines, one: scheduleText });
  });

/** Lists sensors with what they last said, or shows one. */
export const sensors: Run = (setting) =>
  withApp(
    setting,
    async ({ service }) =>
      shown(setting, "sensor", await service.sensors(), { list: sensorLines, one: sensorText }),
  );

interface Ways<T> {
  list(io: Io, all: readonly T[]): readonly string[];
  one(io: Io, it: T): readonly string[];
}

function shown<T extends { readonly name: string }>(
  { called, io }: Setting,
  kind: string,
  all: readonly T[],
  ways: Ways<T>,
): number {
  const [name] = called.words;
  const one = all.find((x) => x.name === name);
  if (name !== undefined && !one) {
    throw new UnknownName(kind, name, nearest(name, all.map((x) => x.name)));
  }
  if (called.on("json")) io.out(json(one ?? all));
  else (one ? ways.one(io, one) : ways.list(io, all)).forEach((line) => io.out(line));
  return EXIT.ok;
}

const stateOf = ({ enabled, paused }: JobView | SensorView) =>
  enabled ? "on" : paused ? "paused" : "off";

function scheduleLines(io: Io, all: readonly JobView[]): readonly string[] {
  const rows = all.map((j) => [
    j.name,
    `${j.cron}`,
    j.timezone,
    stateOf(j),
    j.nextTicks.slice(0, TICKS_IN_A_LINE).map(timeOf).join(", ") || "-",
    j.lastTick === null ? "never ticked" : lastOf(io, j.lastTick),
  ]);
  return table(io, ["SCHEDULE", "CRON", "ZONE", "STATE", "NEXT (UTC)", "LAST"], rows);
}

const lastOf = (io: Io, { outcome, result }: NonNullable<JobView["lastTick"]>) =>
  outcome === "failed" ? `${paintStatus(io, outcome)}: ${result}` : result;

function scheduleText(_io: Io, j: JobView): readonly string[] {
  const jitter = j.jitterSeconds > 0 ? `, spread over ${durationText(j.jitterSeconds * 1e3)}` : "";
  const last = j.lastTick;
  return [
    `${j.name}: ${stateOf(j)}`,
    `  "${j.cron}" ${j.timezone}${jitter}; of missed ticks it catches up ${j.catchUp}`,
    `  asks for ${j.selection}`,
    last ? `  last: ${last.outcome} at ${timeOf(last.at)}, ${last.result}` : "  never ticked",
    ...j.nextTicks.map((t, i) => `  ${i === 0 ? "next:" : "     "} ${timeOf(t)} UTC`),
  ];
}

function sensorLines(io: Io, all: readonly SensorView[]): readonly string[] {
  const rows = all.map((s) => [
    s.name,
    stateOf(s),
    timeOf(s.lastTickAt),
    timeOf(s.nextTickAt),
    s.failures > 0 ? String(s.failures) : "",
    s.lastResult ?? "never looked",
  ]);
  return table(io, ["SENSOR", "STATE", "LAST (UTC)", "NEXT (UTC)", "FAILURES", "SAID"], rows);
}

function sensorText(_io: Io, s: SensorView): readonly string[] {
  const run = s.lastRun === null ? "" : `, run ${s.lastRun}`;
  return [
    `${s.name}: ${stateOf(s)}`,
    `  ${s.description}`,
    `  cursor: ${s.cursor ?? "none"}`,
    `  last: ${s.lastOutcome ?? "never looked"} ${timeOf(s.lastTickAt)}${run}`,
    ...(s.lastResult === null ? [] : [`  ${s.lastResult}`]),
    ...(s.failures > 0 ? [`  failed ${s.failures} times in a row`] : []),
    `  next: ${timeOf(s.nextTickAt)}`,
  ];
}
