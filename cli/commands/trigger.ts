/**
 * `trigger`: runs a job.
 *
 * @module
 */
import type { Run } from "../command.ts";
import { started } from "../wait.ts";
import { withApp } from "../with_app.ts";

/** Runs a job at the newest slices, or at those that are named. */
export const trigger: Run = (setting) =>
  withApp(setting, async (app) => {
    const [job] = setting.called.words;
    const partition = setting.called.text("partition");
    const run = await app.service.trigger(job!, { partition, triggeredBy: "cli" });
    return await started(app, run, setting);
  });
