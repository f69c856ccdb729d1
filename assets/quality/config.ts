/**
 * Thresholds of the quality rules.
 *
 * @module
 */
import { providers, tiers } from "../catalogue.ts";

/** Part of the fingerprint of the report: another threshold makes it stale. */
export const qualityConfig = {
  events: {
    /** Events recorded this many days before T are looked at. */
    windowDays: 30,
    /** From this duration on an event is a mistake. */
    maxHours: 24,
    /** How far `duration_minutes` may be from end − start. */
    toleranceMinutes: 1,
    /** Levels of energy, mood and quality. */
    levels: [1, 10],
  },
  users: {
    /** What an e-mail address looks like. */
    email: "^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$",
    /** Known subscription tiers, and those that are paid for. */
    tiers: [...tiers],
    /** {@linkcode qualityConfig.users} */
    paid: ["premium", "pro"],
    /** Days after which an active paying user should have been seen. */
    unseenDays: 90,
  },
  integrations: {
    /** Known services. */
    providers: [...providers],
    /** Hours after which the last good sync is stale. */
    staleHours: 48,
    /** Share of stale integrations from which the warning is an error. */
    staleShare: 0.05,
    /** Days over which syncs are judged, and how many there must be. */
    days: 7,
    /** {@linkcode qualityConfig.integrations} */
    minSyncs: 20,
    /** Share of syncs that succeed: below the first a warning, below the second critical. */
    success: [0.95, 0.8],
    /** Received of expected records: below the first a warning, below the second an error. */
    completeness: [0.98, 0.9],
  },
  /** What a row that does not pass weighs in the score of its table. */
  weights: { critical: 4, error: 2, warning: 1 },
};

/** {@linkcode qualityConfig}, perhaps with other thresholds. */
export type QualityConfig = typeof qualityConfig;
