/**
 * The process that trains: a crash, a leak or a spinning thread of native code stays in here.
 *
 * `child.ts <folder>` reads `task.bin`, tells its rounds as one JSON a line, writes `trained.bin`.
 *
 * @module
 */
import { join } from "@std/path";
import type { Library } from "../native/booster.ts";
import { LightGBM } from "../native/lightgbm.ts";
import { XGBoost } from "../native/xgboost.ts";
import { fit } from "./fit.ts";
import { type ChildError, type ChildEvent, type ChildTask, pack, unpack } from "./wire.ts";

if (import.meta.main) {
  const [folder] = Deno.args;
  if (folder === undefined) throw new TypeError(`Cannot train: no folder was given`);
  try {
    await trainIn(folder);
    tell({ event: "done" });
  } catch (error) {
    tell({ event: "error", error: described(error) });
    Deno.exitCode = 1;
  }
}

async function trainIn(folder: string): Promise<void> {
  const task = unpack<ChildTask>(await Deno.readFile(join(folder, "task.bin")));
  const warnings: string[] = [];
  using library = open(task, (line) => warnings.push(line));
  const trained = await fit(task.request, {
    library,
    warnings,
    onRound: ({ round, value }) => tell({ event: "round", round, value }),
  });
  await Deno.writeFile(join(folder, "trained.bin"), pack(trained));
}

function open({ request, library, version }: ChildTask, log: (line: string) => void): Library {
  return request.algorithm === "xgboost"
    ? new XGBoost(library, log)
    : new LightGBM(library, log, version);
}

function tell(event: ChildEvent): void {
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(event) + "\n"));
}

function described(error: unknown): ChildError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), fields: {} };
  return { name: error.name, message: error.message, fields: { ...error } };
}
