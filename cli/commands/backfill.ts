/**
 * `backfill`: runs a job or a selection for a range of slices.
 *
 * @module
 */
import { type Run, UsageError } from "../command.ts";
import { started } from "../wait.ts";
import { withApp } from "../with_app.ts";

/** Runs a range, oldest slice first, as one run. */
export const backfill: Run = (setting) =>
  withApp(setting, async (app) => {
    const [what, range] = setting.called.words as readonly [string, string];
    if (!range.includes("..")) {
      throw new UsageError(
        `Cannot backfill "${range}": a range is like "2025-01-20..2025-01-27"`,
      );
    }
    const triggeredBy = "backfill";
    const isJob = app.definitions.jobs.some((j) => j.name === what);
    const run = isJob
      ? await app.service.trigger(what, { partition: range, triggeredBy })
      : await app.service.materialize({ selection: what, partitions: [range], triggeredBy });
    return await started(app, run, setting);
  });
