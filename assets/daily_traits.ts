/**
 * What the assets of the training and prediction pipelines have in common.
 *
 * @module
 */
import { freshness } from "engine";

/** Made once a day; two hours late is late. A database that is away for a moment is tried again. */
export const dailyTraits = {
  owners: ["ml-team"],
  freshness: freshness({ within: "26h" }),
  retry: { attempts: 3, delay: "5s" },
} as const;
