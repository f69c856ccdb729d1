/**
 * `retry`: runs again what did not succeed.
 *
 * @module
 */
import type { Run } from "../command.ts";
import { started } from "../wait.ts";
import { withApp } from "../with_app.ts";

/** Starts a new run of what did not succeed in one that has ended. */
export const retry: Run = (setting) =>
  withApp(setting, async (app) => {
    const [id] = setting.called.words;
    return await started(app, await app.service.retry(id!), setting);
  });
