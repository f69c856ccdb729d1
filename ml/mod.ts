/**
 * Machine learning: training by XGBoost and LightGBM, ONNX, scoring, columnar data.
 *
 * Knows neither the engine nor Aurora: typed arrays in and out.
 *
 * @module
 */
export { decodeFrame, encodeFrame } from "./frame/arrow.ts";
export { type Column, type Frame, type Matrix, matrixOf, numbers, texts } from "./frame/frame.ts";
export { CopyBinaryParser, type CopyType } from "./frame/pg_copy.ts";
export { conformal, coverage } from "./conformal.ts";
export { type RegressionMetrics, regressionMetrics } from "./metrics.ts";
export { psi } from "./psi.ts";
export type { Algorithm, Parity, RoundScore, Trained, TrainRequest } from "./train/request.ts";
export { MissingLibraryError, NativeError } from "./native/error.ts";
export { locate, type Located, type Places } from "./native/locate.ts";
export { ParityError } from "./onnx/parity.ts";
export { Scorer } from "./serve/scorer.ts";
export { train, type TrainOptions } from "./train/train.ts";
export { onnxFeatures, onnxMetadata } from "./onnx/metadata.ts";
export { FlatScorer } from "./trees/flat.ts";
export { ensembleOf } from "./train/fit.ts";
export type { Ensemble, Link, Mode, Tree } from "./trees/ensemble.ts";
