/**
 * What a model asset hands on.
 *
 * @module
 */

/** Points at a trained model in `ml.model_rows`. `type`, not `interface`: it is stored as JSON. */
export type ModelSlice = {
  /** The view. */
  readonly table: "ml.model";
  /** The attempt that trained it, in decimal. */
  readonly version: string;
  /** Always one. */
  readonly rows: 1;
  /** Of the ONNX bytes. */
  readonly digest: string;
  /** For people. */
  readonly modelVersion: string;
  /** Whether it is served from this day on. */
  readonly promoted: boolean;
  /** Why, or why not. */
  readonly reason: string;
  /** The version of the model that is served as of this day: its own, an earlier one, or none. */
  readonly served: string | null;
  /** Mean absolute error on the validation rows. */
  readonly mae: number;
  /** Of the best baseline. */
  readonly baselineMae: number;
  /** Share of later validation rows that an interval from the earlier ones held. */
  readonly intervalCoverage: number;
};
