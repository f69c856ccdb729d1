/**
 * What becomes of runs and steps, as it is told to other systems: each transition at least once, in commit order.
 *
 * @module
 */
import type { InputRecord } from "./records.ts";
import type { Metadata } from "../declare/asset.ts";

/** A run or step that began or ended. */
export interface Transition {
  /** Place in the order of facts. */
  readonly seq: string;
  /** When it happened. */
  readonly at: Date;
  /** Which ledger it is of: ids of runs are unique within one. */
  readonly ledger: string;
  /** The run. */
  readonly run: string;
  /** Its job; null if it has none. */
  readonly job: string | null;
  /** What the run is called. */
  readonly title: string;
  /** What it came to. A step that never began does not end either. */
  readonly state: "running" | "success" | "failed" | "cancelled";
  /** What went wrong; null if nothing did. */
  readonly error: string | null;
  /** The step; null if it is about the run. */
  readonly step: {
    readonly index: number;
    readonly asset: string;
    /** Partition key as text. */
    readonly partition: string;
    /** What it made; null unless it succeeded. */
    readonly made: {
      /** In decimal. */
      readonly version: string;
      readonly inputs: readonly InputRecord[];
      readonly metadata: Metadata;
    } | null;
  } | null;
}

/** Transitions that were not told yet. */
export interface TransitionFeed {
  /**
   * Gives the oldest transitions to `tell`, one after the other, while no other process does; remembers those for which
   * it did not throw, also if a later one does. Gives how many were told; undefined if another process is at it. The
   * first call remembers where the facts end, and tells nothing of what was before.
   */
  tell(limit: number, tell: (transition: Transition) => Promise<void>): Promise<number | undefined>;
}
