/**
 * `apply`: runs a plan that was kept.
 *
 * @module
 */
import { applyPlan, type FrozenPlan, readPlan } from "engine";
import { type Run, UsageError } from "../command.ts";
import { started } from "../wait.ts";
import { withApp } from "../with_app.ts";

/** Runs exactly the steps of a plan. */
export const apply: Run = (setting) => {
  const [file] = setting.called.words;
  const plan = fileOf(file!);
  return withApp(setting, async (app) => {
    const { definitions, ledger } = app;
    const anyway = setting.called.on("anyway");
    const applying = { definitions, ledger, now: new Date() };
    const applied = await applyPlan(applying, plan, { anyway, trigger: "cli" });
    if (applied.factsMoved) {
      setting.io.err(
        "Something was computed since the plan was made: its steps read what is newest",
      );
    }
    return await started(app, applied, setting);
  });
};

function fileOf(file: string): FrozenPlan {
  let text: string;
  try {
    text = Deno.readTextFileSync(file);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new UsageError(`Cannot apply "${file}": there is no such file, "plan --out" writes one`);
  }
  return readPlan(text);
}
