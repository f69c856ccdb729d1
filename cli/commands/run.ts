/**
 * `run`: a run with its steps.
 *
 * @module
 */
import type { StepView } from "engine";
import { EXIT, type Run } from "../command.ts";
import { paintStatus } from "../io.ts";
import { knownRun } from "../known_run.ts";
import { table } from "../table.ts";
import { duration, sliceOf, timeOf } from "../words.ts";
import { json, withApp } from "../with_app.ts";

/** What came too late of a step. */
const lateOf = (step: StepView): readonly string[] =>
  step.attempts.flatMap(({ attempt, late }) =>
    late
      ? `  ${sliceOf(step)}: a late ${
        late.status === "success" ? "result" : "failure"
      } of attempt ` +
        `${attempt} by worker ${late.worker} was refused at ${timeOf(late.at)}` +
        (late.error ? `: ${late.error.message}` : "")
      : []
  );

/** Shows a run. */
export const run: Run = (setting) =>
  withApp(setting, async (app) => {
    const { called, io } = setting;
    const view = await knownRun(app, called.words[0]!);
    if (called.on("json")) {
      io.out(json(view));
      return EXIT.ok;
    }
    const { run } = view;
    io.out(`Run ${run.id}: ${run.title}${run.partition ? ` [${run.partition}]` : ""}`);
    const state = `${paintStatus(io, run.status)} ${duration(run)}`.trimEnd();
    io.out(`${state}, by ${run.triggeredBy}: ${run.reason}`);
    if (run.codeBefore !== null) {
      io.out(`It began with code ${run.codeBefore} and went on with ${run.code}`);
    }
    if (run.parent !== null) io.out(`It runs run ${run.parent} again`);
    if (run.error !== null) io.out(run.error);
    const rows = view.steps.map((s) => [
      s.id,
      `${s.critical ? "*" : " "} ${sliceOf(s)}`,
      paintStatus(io, s.status),
      timeOf(s.startedAt),
      duration(s),
      String(s.attempts.length),
      s.error?.message ?? s.reason,
    ]);
    const head = ["STEP", "  SLICE", "STATUS", "STARTED", "TOOK", "TRIES", "WHY"];
    table(io, head, rows).forEach((line) => io.out(line));
    for (const line of view.steps.flatMap(lateOf)) io.out(line);
    if (view.steps.some((s) => s.critical)) io.out("* decided how long the run took");
    return EXIT.ok;
  });
