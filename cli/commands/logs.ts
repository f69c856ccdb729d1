/**
 * `logs`: the log of a run.
 *
 * @module
 */
import { type LogLine, pause, type RunView, UnknownName } from "engine";
import type { App } from "../app.ts";
import { EXIT, type Run, type Setting } from "../command.ts";
import { type Io, paint, paintStatus } from "../io.ts";
import { knownRun } from "../known_run.ts";
import { limitOf } from "./runs.ts";
import { json, withApp } from "../with_app.ts";

/** Milliseconds between looks while following. */
const LOOK_MS = 250;

/** A step by its number or the name of its asset; of several slices the first. */
function stepOf(view: RunView, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const step = view.steps.find((s) => s.id === text || s.asset === text);
  if (!step) throw new UnknownName("step", text, undefined);
  return step.id;
}

function lineOf(io: Pick<Io, "color">, line: LogLine): string {
  const at = paint(io, "gray", line.at.slice(11, 23));
  const fields = line.fields && Object.keys(line.fields).length
    ? ` ${JSON.stringify(line.fields)}`
    : "";
  const level = paintStatus(io, line.level, line.level.padEnd(5));
  return `${at} ${level} ${line.asset ?? "-"} ${line.message}${fields}`;
}

async function follow(
  app: App,
  view: RunView,
  at: { readonly step: string | undefined; readonly after: string | undefined },
  { signal, io, called }: Setting,
): Promise<void> {
  let { after } = at;
  for (let ended = false; !signal.aborted;) {
    const lines = await app.service.logs(view.run.id, { step: at.step, after: after ?? "" });
    for (const line of lines) print(io, called.on("json"), line);
    after = lines.at(-1)?.id ?? after;
    // One more look after the end: the last lines come with it.
    if (ended && !lines.length) return;
    ended = (await knownRun(app, view.run.id)).run.endedAt !== null;
    if (!lines.length && !ended) await pause(LOOK_MS, signal);
  }
}

const print = (io: Io, asJson: boolean, line: LogLine) =>
  io.out(asJson ? JSON.stringify(line) : lineOf(io, line));

/** Prints a log; with `--json` one object a line, so that following it is possible. */
export const logs: Run = (setting) =>
  withApp(setting, async (app) => {
    const { called, io } = setting;
    const [id, word] = called.words;
    const limit = limitOf(called, 1_000);
    const view = await knownRun(app, id!);
    const step = stepOf(view, word);
    const lines = await app.service.logs(id!, { step, limit });
    if (called.on("json") && !called.on("follow")) io.out(json(lines));
    else for (const line of lines) print(io, called.on("json"), line);
    if (called.on("follow")) await follow(app, view, { step, after: lines.at(-1)?.id }, setting);
    return EXIT.ok;
  });
