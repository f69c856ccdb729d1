/**
 * The functions of LightGBM's C interface that we call.
 *
 * A wrong type here is silent damage to memory: each one is called by a test.
 *
 * @see {@link https://lightgbm.readthedocs.io/en/v4.6.0/C-API.html}
 */
export const LIGHTGBM = {
  LGBM_GetLastError: { parameters: [], result: "pointer" },
  LGBM_RegisterLogCallback: { parameters: ["function"], result: "i32" },
  LGBM_DatasetCreateFromMat: {
    parameters: ["buffer", "i32", "i32", "i32", "i32", "buffer", "pointer", "buffer"],
    result: "i32",
  },
  LGBM_DatasetSetField: {
    parameters: ["pointer", "buffer", "buffer", "i32", "i32"],
    result: "i32",
  },
  LGBM_DatasetSetFeatureNames: { parameters: ["pointer", "buffer", "i32"], result: "i32" },
  LGBM_DatasetFree: { parameters: ["pointer"], result: "i32" },
  LGBM_BoosterCreate: { parameters: ["pointer", "buffer", "buffer"], result: "i32" },
  LGBM_BoosterAddValidData: { parameters: ["pointer", "pointer"], result: "i32" },
  LGBM_BoosterUpdateOneIter: { parameters: ["pointer", "buffer"], result: "i32" },
  LGBM_BoosterGetEvalCounts: { parameters: ["pointer", "buffer"], result: "i32" },
  LGBM_BoosterGetEvalNames: {
    parameters: ["pointer", "i32", "buffer", "usize", "buffer", "buffer"],
    result: "i32",
  },
  LGBM_BoosterGetEval: { parameters: ["pointer", "i32", "buffer", "buffer"], result: "i32" },
  LGBM_BoosterGetNumClasses: { parameters: ["pointer", "buffer"], result: "i32" },
  LGBM_BoosterGetNumFeature: { parameters: ["pointer", "buffer"], result: "i32" },
  LGBM_BoosterPredictForMat: {
    parameters: [
      "pointer",
      "buffer",
      "i32",
      "i32",
      "i32",
      "i32",
      "i32",
      "i32",
      "i32",
      "buffer",
      "buffer",
      "buffer",
    ],
    result: "i32",
  },
  LGBM_BoosterSaveModelToString: {
    parameters: ["pointer", "i32", "i32", "i32", "i64", "buffer", "buffer"],
    result: "i32",
  },
  LGBM_BoosterLoadModelFromString: { parameters: ["buffer", "buffer", "buffer"], result: "i32" },
  LGBM_BoosterFeatureImportance: {
    parameters: ["pointer", "i32", "i32", "buffer"],
    result: "i32",
  },
  LGBM_BoosterFree: { parameters: ["pointer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;
