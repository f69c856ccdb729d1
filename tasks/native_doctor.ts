// deno-lint-ignore-file no-console
/**
 * `deno task native:doctor`: says which native libraries are found, and whether they train.
 *
 * Trains a small model with each and passes it through the parity gate.
 *
 * @module
 */
import { type Algorithm, train, type TrainRequest } from "../ml/mod.ts";
import { locate } from "../ml/native/locate.ts";

if (import.meta.main) {
  const healthy = await Promise.all([examine("xgboost"), examine("lightgbm")]);
  Deno.exitCode = healthy.every(Boolean) ? 0 : 1;
}

/** Tells how a library is; gives whether it trains. */
async function examine(algorithm: Algorithm): Promise<boolean> {
  try {
    const { path } = locate(algorithm);
    const { library, parity } = await train(example(algorithm));
    console.log(
      `${library} at ${path} trains; ONNX differs by ${parity.maxAbsDiff.toExponential(1)}`,
    );
    return true;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
}

/** Learns y = x. */
function example(algorithm: Algorithm): TrainRequest {
  const values = Float32Array.from({ length: 200 }, (_, row) => row / 100);
  const rows = { rows: values.length, features: 1, values };
  return {
    algorithm,
    params: algorithm === "xgboost"
      ? { objective: "reg:squarederror" }
      : { objective: "regression" },
    featureNames: ["x"],
    train: rows,
    trainLabel: values,
    valid: rows,
    validLabel: values,
    rounds: 10,
    earlyStoppingRounds: 0,
    seed: 1,
  };
}
