/**
 * Whether a new model replaces the one that is served.
 *
 * @module
 */

/** What the gate looks at: mean absolute errors on the same validation rows. */
export interface Contest {
  /** Of the new model. */
  readonly mae: number;
  /** Of the best baseline. */
  readonly baselineMae: number;
  /** Of the model that is served, undefined where there is none that can be compared. */
  readonly championMae: number | undefined;
  /** How much worse than the champion is accepted, as a share. */
  readonly tolerance: number;
}

/** The decision and its reason. */
export interface Verdict {
  /** Whether the new model is served from now on. */
  readonly promoted: boolean;
  /** Why, for people. */
  readonly reason: string;
}

const figure = (mae: number): string => mae.toFixed(4);

/** Decides. A new model must beat every baseline and be hardly worse than the champion. */
export function gate(contest: Contest): Verdict {
  const { mae, baselineMae, championMae, tolerance } = contest;
  if (!Number.isFinite(mae)) return { promoted: false, reason: `its mean error is ${mae}` };
  if (mae >= baselineMae) {
    const reason = `its mean error ${figure(mae)} does not beat the baseline ${
      figure(baselineMae)
    }`;
    return { promoted: false, reason };
  }
  if (championMae === undefined) {
    const reason = `its mean error ${figure(mae)} beats the baseline ${
      figure(baselineMae)
    }; no champion yet`;
    return { promoted: true, reason };
  }
  const share = `${(100 * (mae / championMae - 1)).toFixed(2)} %`;
  const compared = `mean error ${figure(mae)} against the champion's ${figure(championMae)}`;
  return mae > championMae * (1 + tolerance)
    ? { promoted: false, reason: `${compared} is worse by ${share}` }
    : { promoted: true, reason: `${compared} (${share})` };
}
