/**
 * What is measured of the ledger: counts of what happened, and how much there is to do now.
 *
 * @module
 */

/** A number in the metadata of an asset that is added up. */
export interface Summed {
  /** Asset name. */
  readonly asset: string;
  /** Key of its metadata. */
  readonly key: string;
}

/** What is counted, and how. */
export interface Counting {
  /** Upper bounds of the buckets of run durations, seconds, ascending. */
  readonly bounds: readonly number[];
  /** What is added up of metadata. */
  readonly sums: readonly Summed[];
}

/** One count. */
export interface Tally {
  /**
   * `run`: runs of a job by their last state, with their seconds. `run_le`: runs that did not take longer than `part`
   * but than the bound before it. `step`: steps of an asset by state. `made`: versions of an asset, with their seconds.
   * `sum`: the numbers under a key of metadata.
   */
  readonly kind: "run" | "run_le" | "step" | "made" | "sum";
  /** Job or asset; empty for runs without a job. */
  readonly name: string;
  /** State, bound or key. */
  readonly part: string;
  /** How many. */
  readonly count: number;
  /** Sum of what was measured. */
  readonly total: number;
}

/** A queue of steps in one state. */
export interface QueueLoad {
  readonly queue: string;
  readonly state: "queued" | "running";
  readonly steps: number;
  /** Seconds since the oldest could have begun, or began. */
  readonly oldest: number;
}

/** Runs of a job that have not ended. */
export interface RunLoad {
  /** Empty for runs without a job. */
  readonly job: string;
  readonly state: "queued" | "running";
  readonly runs: number;
  /** Seconds since the oldest was submitted, or began. */
  readonly oldest: number;
}

/** Slots of a pool. */
export interface PoolLoad {
  readonly pool: string;
  readonly slots: number;
  readonly taken: number;
  readonly waiting: number;
}

/** Events that the log of events does not have yet. */
export interface OutboxLoad {
  readonly topic: string;
  readonly unsent: number;
  /** Events that the log refused for what is in them; they are not among the unsent. */
  readonly refused: number;
  /** Seconds since the oldest unsent one was written; 0 if there is none. */
  readonly oldest: number;
}

/** Those who work. */
export interface CrewLoad {
  readonly workers: number;
  readonly slots: number;
  readonly taken: number;
}

/** Connections to this database by what they do. */
export interface ConnectionLoad {
  readonly state: string;
  readonly connections: number;
}

/** Open episodes. */
export interface AlertLoad {
  readonly kind: string;
  readonly severity: string;
  readonly alerts: number;
}

/** How much there is to do now, and how much of everything is taken. */
export interface Load {
  readonly queues: readonly QueueLoad[];
  readonly runs: readonly RunLoad[];
  readonly pools: readonly PoolLoad[];
  readonly outbox: readonly OutboxLoad[];
  readonly crew: CrewLoad;
  readonly connections: readonly ConnectionLoad[];
  /** `max_connections` of the server. */
  readonly connectionLimit: number;
  readonly alerts: readonly AlertLoad[];
}

/** A number that the newest slice of an asset told of itself. */
export interface Reported {
  readonly asset: string;
  readonly key: string;
  readonly value: number;
}
