import type { Matrix } from "../frame/frame.ts";
import type { Booster, Library } from "../native/booster.ts";
import { NativeError } from "../native/error.ts";
import { toOnnx } from "../onnx/model.ts";
import { compare } from "../onnx/parity.ts";
import { thresholdRows } from "../onnx/threshold_rows.ts";
import { Session } from "../serve/session.ts";
import type { Ensemble } from "../trees/ensemble.ts";
import { fromLightgbm } from "../trees/from_lightgbm.ts";
import { fromXgboost } from "../trees/from_xgboost.ts";
import { paramsOf } from "./params.ts";
import type { Algorithm, Parity, RoundScore, Trained, TrainRequest } from "./request.ts";
import { runRounds } from "./rounds.ts";

/** Rows made of the model's own thresholds that native and ONNX must agree on. */
const THRESHOLD_ROWS = 5000;

/** What {@link fit} needs beside the request. */
export interface FitOptions {
  /** The loaded library. */
  readonly library: Library;
  /** Warnings of the library; read after each call. */
  readonly warnings: readonly string[];
  /** Told each round's score. */
  readonly onRound: (score: RoundScore) => void;
}

/**
 * Trains on this thread, converts to ONNX and compares both.
 *
 * @throws {NativeError} If the library refuses or ignores a parameter, a shape or a label.
 * @throws {ParityError} If the ONNX model says something else than the native one.
 */
export async function fit(request: TrainRequest, o: FitOptions): Promise<Trained> {
  const { algorithm, featureNames, seed } = request;
  using booster = o.library.booster({
    params: paramsOf(request),
    featureNames,
    train: { rows: request.train, label: request.trainLabel },
    valid: { rows: request.valid, label: request.validLabel },
  });
  const result = runRounds(booster, { ...request, onRound: o.onRound });
  checkWarnings(algorithm, o.warnings);
  const native = booster.save();
  const ensemble = { ...ensembleOf(algorithm, native), names: featureNames };
  const onnx = toOnnx(ensemble, { library: o.library.version, algorithm });
  const validPrediction = Float32Array.from(booster.predict(request.valid));
  const parity = await prove({ booster, ensemble, onnx, seed, valid: request.valid });
  return {
    algorithm,
    library: o.library.version,
    native,
    onnx,
    ...result,
    importance: shares(booster.gain(), featureNames),
    validPrediction,
    parity,
  };
}

/** Reads a native model into the common form. */
export function ensembleOf(algorithm: Algorithm, native: Uint8Array): Ensemble {
  const text = new TextDecoder().decode(native);
  return algorithm === "xgboost" ? fromXgboost(text) : fromLightgbm(text);
}

/** The parity gate: all validation rows and the rows made of thresholds. */
async function prove(
  o: { booster: Booster; ensemble: Ensemble; onnx: Uint8Array; seed: number; valid: Matrix },
): Promise<Parity> {
  await using session = await Session.load(o.onnx);
  const hard = thresholdRows(o.ensemble, THRESHOLD_ROWS, o.seed);
  const parities = [
    compare(o.booster.predict(o.valid), await session.score(o.valid), "validation"),
    compare(o.booster.predict(hard), await session.score(hard), "threshold"),
  ];
  return {
    maxAbsDiff: Math.max(...parities.map(({ maxAbsDiff }) => maxAbsDiff)),
    rows: parities.reduce((sum, { rows }) => sum + rows, 0),
  };
}

function shares(gain: Float64Array, names: readonly string[]): { [feature: string]: number } {
  const total = gain.reduce((sum, value) => sum + value, 0);
  return Object.fromEntries(names.map((name, at) => [name, total > 0 ? gain[at]! / total : 0]));
}

/**
 * Both libraries only warn of a parameter they do not know: a typing error would train on defaults.
 */
function checkWarnings(algorithm: Algorithm, warnings: readonly string[]): void {
  const text = warnings.join("");
  const unknown = /Unknown parameter: \S+/.exec(text)?.[0] ??
    /Parameters: \{[^}]*\} are not used/.exec(text)?.[0];
  if (unknown !== undefined) throw new NativeError(algorithm, "train", unknown);
}
