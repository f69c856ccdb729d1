/**
 * What is stated about every trained model.
 *
 * @module
 */
import { type Asset, type Check, check, fail, pass } from "engine";
import type { daily } from "../partitions.ts";
import type { ModelSlice } from "./slice.ts";

type ModelAsset = Asset<string, ModelSlice, typeof daily>;

/** A model that was not promoted leaves its predecessor in service; people should know. */
export const promotedCheck = (model: ModelAsset): Check<"promoted"> =>
  check(model, {
    name: "promoted",
    description: "The new model beats the baselines and is not worse than the one in service",
    severity: "warning",
    run: ({ promoted, reason, mae }) =>
      promoted ? pass({ mae }) : fail(`Not promoted: ${reason}`, { mae }),
  });

const meant = 0.8;
const tolerated = 0.1;

/**
 * Whether intervals hold as often as they say; if not, users have changed within the validation
 * days.
 */
export const intervalCheck = (model: ModelAsset): Check<"interval_coverage"> =>
  check(model, {
    name: "interval_coverage",
    description: "Intervals from earlier errors hold for later ones, within 10 percentage points",
    severity: "warning",
    run({ intervalCoverage: coverage }) {
      if (Math.abs(coverage - meant) <= tolerated) return pass({ coverage });
      const share = `${(100 * coverage).toFixed(1)} %`;
      return fail(`Intervals of ${100 * meant} % held ${share} of later values`, { coverage });
    },
  });
