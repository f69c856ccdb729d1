/**
 * What the demo needs besides its own modules.
 *
 * @module
 */
import { locate } from "../../ml/native/locate.ts";

/** Something to fetch, by arguments of deno. */
export interface Missing {
  /** What it is, for people. */
  readonly what: string;
  /** Arguments of deno that fetch it. */
  readonly args: readonly string[];
}

/** Programs that run as processes or threads of their own; they start with `--cached-only`. */
const ENTRIES = [
  "worker.ts",
  "step_process.ts",
  "ml/train/child.ts",
  "ml/serve/score_worker.ts",
  "ui/layout/worker.ts",
];

/** What has to be fetched; the modules are always looked at, which is quick when they are there. */
export async function missing(): Promise<readonly Missing[]> {
  const found: Missing[] = [{ what: "modules", args: ["cache", "--quiet", ...ENTRIES] }];
  if (!await trains()) {
    const args = ["run", "-A", "tasks/native_install.ts"];
    found.push({ what: "XGBoost and LightGBM", args });
  }
  return found;
}

async function trains(): Promise<boolean> {
  try {
    await locate("xgboost");
    await locate("lightgbm");
    return true;
  } catch {
    return false;
  }
}
