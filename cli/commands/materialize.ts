/**
 * `materialize`: runs assets.
 *
 * @module
 */
import { NothingToRun } from "engine";
import { EXIT, type Run } from "../command.ts";
import { requestOf } from "../request.ts";
import { started } from "../wait.ts";
import { json, withApp } from "../with_app.ts";

/** Runs a selection. That there is nothing to run is no failure. */
export const materialize: Run = (setting) =>
  withApp(setting, async (app) => {
    try {
      const run = await app.service.materialize(requestOf(app, setting.called));
      return await started(app, run, setting);
    } catch (error) {
      if (!(error instanceof NothingToRun)) throw error;
      setting.io.out(
        setting.called.on("json") ? json({ run: null, steps: 0 }) : error.message,
      );
      return EXIT.ok;
    }
  });
