/**
 * What is kept beside the bytes of a model: everything needed to use it and to know where it came
 * from.
 *
 * @module
 */
import type { RegressionMetrics } from "../../ml/mod.ts";
import type { ModelName } from "../inputs/model_inputs.ts";
import type { BaselineName } from "./baselines.ts";
import type { Interval } from "./interval.ts";

/** The facts about one trained model. `type`, not `interface`: it is stored as JSON. */
export type Manifest = {
  /** Which model. */
  readonly name: ModelName;
  /** `energy-2025-01-27-3f2a91c04b7d`: name, day and the first digits of the digest. */
  readonly modelVersion: string;
  /** The day it was trained for. */
  readonly partition: string;
  /** SHA-256 of the ONNX bytes, as the store of objects names them. */
  readonly digest: string;
  /** What goes in and what comes out. */
  readonly signature: {
    /** One row of inputs per prediction, float32, NaN is missing. */
    readonly input: { readonly name: "x"; readonly type: "float32"; readonly columns: number };
    /** The prediction, before it is clamped to 1–10. */
    readonly output: { readonly name: "y"; readonly type: "float32"; readonly columns: 1 };
  };
  /** Names of the inputs, in order. */
  readonly features: readonly string[];
  /** Version of their definitions. */
  readonly featureVersion: string;
  /** Library with its version. */
  readonly library: string;
  /** Its parameters. */
  readonly params: { readonly [name: string]: number | string | boolean };
  /** Seed of its randomness. */
  readonly seed: number;
  /** Trees of the kept model. */
  readonly rounds: number;
  /** Labels from, split at, and before. ISO instants. */
  readonly window: { readonly from: string; readonly validFrom: string; readonly to: string };
  /** Number of rows. */
  readonly rows: { readonly train: number; readonly valid: number };
  /** On the validation rows. */
  readonly metrics: RegressionMetrics;
  /** Of what predicts without a model, on the same rows. */
  readonly baselines: { readonly [name in BaselineName]: RegressionMetrics };
  /** Mean absolute error of the other candidates, by library. */
  readonly candidates: { readonly [library: string]: number };
  /** How far off a prediction may be. */
  readonly interval: Interval;
  /** How near ONNX came to the library itself. */
  readonly parity: { readonly maxAbsDiff: number; readonly rows: number };
  /** Share of the gain by input. */
  readonly importance: { readonly [feature: string]: number };
  /** Versions of the data it was trained on: digests by name. */
  readonly data: { readonly [input: string]: string };
  /** Whether it was promoted, why, and against whom. */
  readonly gate: {
    readonly promoted: boolean;
    readonly reason: string;
    readonly champion: string | null;
    readonly championMae: number | null;
  };
};
