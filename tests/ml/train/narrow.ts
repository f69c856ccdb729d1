/** Trains with both libraries and tells the rounds; started with few rights by `rights_test.ts`. @module */
import { train } from "../../../ml/train/train.ts";
import { request } from "../data.ts";

const PARAMS = {
  xgboost: { objective: "reg:squarederror", max_depth: 5 },
  lightgbm: { objective: "regression", num_leaves: 31 },
} as const;

for (const algorithm of ["xgboost", "lightgbm"] as const) {
  const trained = await train(request({ algorithm, params: PARAMS[algorithm] }));
  // deno-lint-ignore no-console
  console.log(algorithm, trained.history.length);
}
// Cancelled while it trains: all of its processes end.
const signal = AbortSignal.timeout(1_000);
const long = { ...request({ algorithm: "xgboost", params: PARAMS.xgboost }), rounds: 1_000_000 };
const error = await train({ ...long, earlyStoppingRounds: 1_000_000 }, { signal }).catch((e) => e);
// deno-lint-ignore no-console
console.log(error.name);
Deno.exit(0);
