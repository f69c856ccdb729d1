/**
 * `retry`: runs steps of a run again, or what did not succeed in many.
 *
 * @module
 */
import type { RerunRequest } from "engine";
import { type Called, type Run, UsageError } from "../command.ts";
import { isAboutMany, withMany } from "../many_runs.ts";
import { started } from "../wait.ts";
import { withApp } from "../with_app.ts";

function requestOf(called: Called): RerunRequest {
  const only = called.text("only");
  if (only !== undefined && called.on("all")) {
    throw new UsageError("Cannot retry --all and --only at once: say one");
  }
  return {
    which: called.on("all") ? "all" : "failed",
    only,
    downstream: called.on("downstream"),
    inputs: called.on("same-inputs") ? "same" : "newest",
    triggeredBy: "cli",
  };
}

/** Starts a new run of steps of one that has ended, or one for each run that options name. */
export const retry: Run = (setting) => {
  const { called } = setting;
  const request = requestOf(called);
  if (isAboutMany(called, "retry")) {
    const wrong = ["all", "downstream", "same-inputs", "wait"].find((o) => called.on(o)) ??
      (request.only === undefined ? undefined : "only");
    if (wrong) throw new UsageError(`Cannot retry many runs with --${wrong}: say which run`);
    return withApp(setting, ({ service }) =>
      withMany(setting, {
        done: "started again",
        by: "cli",
        act: (of) => service.retryRuns(of),
      }));
  }
  return withApp(
    setting,
    async (app) => await started(app, await app.service.retry(called.words[0]!, request), setting),
  );
};
