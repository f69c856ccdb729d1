import type { Booster } from "../native/booster.ts";
import type { RoundScore } from "./request.ts";

/** How long to train. */
export interface RoundsOptions {
  /** Most rounds to run. */
  readonly rounds: number;
  /** Stop when so many rounds brought no better score; 0 runs all rounds. */
  readonly earlyStoppingRounds: number;
  /** Asked between rounds. */
  readonly signal?: AbortSignal;
  /** Told each round's score that decides about stopping: the last metric. */
  readonly onRound?: (score: RoundScore) => void;
}

/** What came of it. */
export interface RoundsResult {
  /** The round with the best score, counted from 1; without early stopping the last one. */
  readonly bestRound: number;
  /** Its score. */
  readonly bestScore: number;
  /** Scores of all rounds that ran. */
  readonly history: readonly RoundScore[];
}

/** Metrics of which more is better; of all others less is. */
const MORE_IS_BETTER = /^(auc|aucpr|average_precision|map|ndcg|pre|r2|auc_mu)(@\d+-?)?$/;

/**
 * Trains round by round, scores each on the validation rows and keeps the best rounds of the model.
 *
 * Synchronous, all on the calling thread: meant for a child process or a worker.
 *
 * @throws The signal's reason if it was aborted between two rounds.
 */
export function runRounds(booster: Booster, o: RoundsOptions): RoundsResult {
  const history: RoundScore[] = [];
  let best: RoundScore | undefined;
  for (let round = 1; round <= o.rounds; round++) {
    o.signal?.throwIfAborted();
    // LightGBM ends so when no leaf can be split; of the first round it keeps a constant.
    if (!booster.update(round - 1) && round > 1) break;
    const scores = booster.evaluate(round - 1).map((score) => ({ round, ...score }));
    const score = scores.at(-1);
    if (score === undefined) {
      throw new TypeError(`Cannot train: the parameters leave no metric to score the rounds by`);
    }
    history.push(...scores);
    o.onRound?.(score);
    const isStopping = o.earlyStoppingRounds > 0;
    if (best === undefined || !isStopping || isBetter(score, best)) best = score;
    else if (round - best.round >= o.earlyStoppingRounds) break;
  }
  if (best === undefined) {
    throw new RangeError(`Cannot train ${o.rounds} rounds: at least 1 is needed`);
  }
  booster.keep(best.round);
  return { bestRound: best.round, bestScore: best.value, history };
}

function isBetter(score: RoundScore, best: RoundScore): boolean {
  return MORE_IS_BETTER.test(score.metric) ? score.value > best.value : score.value < best.value;
}
