/**
 * Pools: so many slots for all workers together, of which steps take some while they run.
 *
 * @module
 */
import type { SliceKey } from "./records.ts";

/** A step that has slots of a pool now. */
export interface PoolHolder extends SliceKey {
  /** The run. */
  readonly run: string;
  /** How many it has. */
  readonly slots: number;
  /** Since when. */
  readonly since: Date;
}

/** A pool as it stands. */
export interface PoolRecord {
  /** Its name. */
  readonly name: string;
  /** How many slots there are. */
  readonly slots: number;
  /** How many the code declares. */
  readonly declared: number;
  /** Who set another number than the code declares; null if nobody did. */
  readonly by: string | null;
  /** Steps that have slots, the oldest first; fewer slots than they have means that some were taken away. */
  readonly holders: readonly PoolHolder[];
  /** Steps that could run but for other things and need some of it. */
  readonly waiting: number;
}

/** Sharing what there is little of. */
export interface Pools {
  /** Every pool, by name. */
  pools(): Promise<readonly PoolRecord[]>;
  /**
   * Makes the pools of the code known. One that somebody has set to another number keeps it; one that the code does not
   * name any more stays, since older code may run.
   */
  declarePools(slots: { readonly [pool: string]: number }): Promise<void>;
  /** Sets how many slots there are, or `null`: as declared again. False if there is no such pool. What runs goes on. */
  setPool(name: string, slots: number | null, by: string): Promise<boolean>;
}
