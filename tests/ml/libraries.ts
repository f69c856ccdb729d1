/** The native libraries, opened in the process of the test. Fails with the way to get them. */
import type { Algorithm } from "../../ml/mod.ts";
import type { Library } from "../../ml/native/booster.ts";
import { LightGBM } from "../../ml/native/lightgbm.ts";
import { locate } from "../../ml/native/locate.ts";
import { XGBoost } from "../../ml/native/xgboost.ts";

/** Both, for tests that say the same of each. */
export const ALGORITHMS: readonly Algorithm[] = ["xgboost", "lightgbm"];

/** Opens a library; its warnings go to `log`. */
export function openLibrary(algorithm: Algorithm, log: (line: string) => void = () => {}): Library {
  const { path, version } = locate(algorithm);
  return algorithm === "xgboost" ? new XGBoost(path, log) : new LightGBM(path, log, version);
}
