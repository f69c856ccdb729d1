import type { Params } from "../native/booster.ts";
import type { TrainRequest } from "./request.ts";

/** Below so many rows, threads cost more than they bring. */
const ROWS_OF_ONE_THREAD = 50_000;

/** Names under which the libraries take what the request says itself. */
const OURS = new Set([
  ...["seed", "random_state", "random_seed", "nthread", "n_jobs", "num_threads", "num_thread"],
  ...["nthreads", "verbosity", "verbose", "num_iterations", "num_round", "early_stopping_round"],
  ...["deterministic", "force_row_wise", "force_col_wise"],
]);

/**
 * The library's parameters of a request: the caller's, then seed, threads and what makes the result
 * the same each time.
 *
 * @throws {TypeError} If the caller gives one of ours.
 */
export function paramsOf(request: TrainRequest): Params {
  const taken = Object.keys(request.params).find((name) => OURS.has(name));
  if (taken !== undefined) {
    throw new TypeError(
      `Cannot train with parameter "${taken}": the request decides it ` +
        `(seed, threads, rounds, earlyStoppingRounds)`,
    );
  }
  const threads = threadsOf(request);
  if (request.algorithm === "xgboost") {
    const ours = { seed: request.seed, nthread: threads, verbosity: 1, validate_parameters: true };
    return { ...request.params, ...ours };
  }
  return {
    ...request.params,
    seed: request.seed,
    num_threads: threads,
    verbosity: 0,
    deterministic: true,
    force_row_wise: true, // else the library measures which is faster, and the sums differ
  };
}

/** Threads of a request: its own number, or by its rows. */
export function threadsOf({ threads, train }: TrainRequest): number {
  if (threads !== undefined) return threads;
  return train.rows < ROWS_OF_ONE_THREAD ? 1 : navigator.hardwareConcurrency;
}
