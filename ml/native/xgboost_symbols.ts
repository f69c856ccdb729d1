/**
 * The functions of XGBoost's C interface that we call.
 *
 * A wrong type here is silent damage to memory: each one is called by a test.
 *
 * @see {@link https://xgboost.readthedocs.io/en/release_3.2.0/dev/c__api_8h.html}
 */
export const XGBOOST = {
  XGBoostVersion: { parameters: ["buffer", "buffer", "buffer"], result: "void" },
  XGBGetLastError: { parameters: [], result: "pointer" },
  XGBRegisterLogCallback: { parameters: ["function"], result: "i32" },
  XGDMatrixCreateFromDense: { parameters: ["buffer", "buffer", "buffer"], result: "i32" },
  XGDMatrixSetInfoFromInterface: { parameters: ["pointer", "buffer", "buffer"], result: "i32" },
  XGBoosterSetStrFeatureInfo: {
    parameters: ["pointer", "buffer", "buffer", "u64"],
    result: "i32",
  },
  XGDMatrixFree: { parameters: ["pointer"], result: "i32" },
  XGBoosterCreate: { parameters: ["buffer", "u64", "buffer"], result: "i32" },
  XGBoosterFree: { parameters: ["pointer"], result: "i32" },
  XGBoosterSetParam: { parameters: ["pointer", "buffer", "buffer"], result: "i32" },
  XGBoosterUpdateOneIter: { parameters: ["pointer", "i32", "pointer"], result: "i32" },
  XGBoosterEvalOneIter: {
    parameters: ["pointer", "i32", "buffer", "buffer", "u64", "buffer"],
    result: "i32",
  },
  XGBoosterPredictFromDense: {
    parameters: ["pointer", "buffer", "buffer", "pointer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  XGBoosterSaveModelToBuffer: {
    parameters: ["pointer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  XGBoosterLoadModelFromBuffer: { parameters: ["pointer", "buffer", "u64"], result: "i32" },
  XGBoosterFeatureScore: {
    parameters: ["pointer", "buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  XGBoosterSlice: { parameters: ["pointer", "i32", "i32", "i32", "buffer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;
