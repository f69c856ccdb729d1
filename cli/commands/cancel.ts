/**
 * `cancel`: ends a run.
 *
 * @module
 */
import { EXIT, type Run } from "../command.ts";
import { withApp } from "../with_app.ts";

/** Ends a run. */
export const cancel: Run = (setting) =>
  withApp(setting, async ({ service }) => {
    const [id] = setting.called.words;
    await service.cancel(id!);
    setting.io.out(`Run ${id} is cancelled`);
    return EXIT.ok;
  });
