/**
 * `apply`: runs a plan that was kept.
 *
 * @module
 */
import { applyPlan, type FrozenPlan, readPlan } from "engine";
import { EXIT, type Run, type Setting, UsageError } from "../command.ts";
import { unusable } from "../files.ts";
import { started } from "../wait.ts";
import { json, withApp } from "../with_app.ts";

/** Runs exactly the steps of a plan. */
export const apply: Run = (setting) => {
  const [file] = setting.called.words;
  const plan = fileOf(file!);
  // Somebody who applies what a pull request planned has nothing to mend.
  if (plan.steps.length === 0) return nothing(setting);
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

function nothing({ called, io }: Setting): Promise<number> {
  const words = "Nothing to apply: the plan has no steps";
  io.out(called.on("json") ? json({ run: null, steps: 0 }) : words);
  return Promise.resolve(EXIT.ok);
}

function fileOf(file: string): FrozenPlan {
  let text: string;
  try {
    text = Deno.readTextFileSync(file);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw unusable("apply", file, cause);
    throw new UsageError(`Cannot apply "${file}": there is no such file, "plan --out" writes one`);
  }
  return readPlan(text);
}
