/**
 * `cancel`: ends a run, one step of it, or many runs.
 *
 * @module
 */
import { type Called, EXIT, type Run, UsageError } from "../command.ts";
import { isAboutMany, withMany } from "../many_runs.ts";
import { json, withApp } from "../with_app.ts";

const byOf = (called: Called) => called.text("by") ?? "a person on the command line";

/** Ends a run, one step of it, or all runs that options name. */
export const cancel: Run = (setting) => {
  const { called, io } = setting;
  const [id] = called.words;
  const step = called.text("step");
  const by = byOf(called);
  if (isAboutMany(called, "cancel")) {
    if (step !== undefined) {
      throw new UsageError("Cannot cancel --step of many runs: say which run");
    }
    return withApp(setting, ({ service }) =>
      withMany(setting, {
        done: "cancelled",
        by,
        act: (request) => service.cancelRuns(request),
      }));
  }
  return withApp(setting, async ({ service }) => {
    if (step === undefined) await service.cancel(id!, { by });
    else await service.cancelStep(id!, step, { by });
    if (called.on("json")) {
      io.out(json({ run: id, step: step ?? null, by }));
      return EXIT.ok;
    }
    io.out(
      step === undefined ? `Run ${id} is cancelled` : `Step ${step} of run ${id} is cancelled`,
    );
    return EXIT.ok;
  });
};
