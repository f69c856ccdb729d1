/**
 * What the deciding engine is told and what it asks for.
 *
 * @module
 */
import type { Condition } from "../../declare/when.ts";
import type { Mapping } from "./mapping.ts";

/** An upstream of an asset. */
export interface Upstream {
  /** Its place among the assets, smaller than that of the reader. */
  readonly asset: number;
  /** Which of its slices are read. */
  readonly mapping: Mapping;
  /** Not read: only waited for while in flight. */
  readonly orderOnly?: boolean;
}

/** What the engine must know of an asset. Places of assets are a topological order. */
export interface AssetRule {
  /** Unique, the same after a restart. */
  readonly name: string;
  /** How many slices it has now. */
  readonly count: number;
  /** Fingerprint of code and config as a number, see {@linkcode hash53}. */
  readonly code: number;
  /** What it reads. */
  readonly deps: readonly Upstream[];
  /** When it asks for itself. */
  readonly when?: Condition | undefined;
  /** How old its last success may be. */
  readonly maxAgeMs?: number | undefined;
}

/** Slices [`from`, `to`) of an asset. */
interface Some {
  readonly asset: number;
  readonly from: number;
  readonly to: number;
}

/** A slice of an external asset that was looked at for one step and not published: it counts once it is visible. */
export interface ReadInline {
  /** Place of the dep among those of the reader. */
  readonly dep: number;
  /** Place of the slice. */
  readonly slice: number;
  /** What was read, see `readItem`. */
  readonly item: number;
}

/** Something that happened, in commit order. */
export type EngineFact =
  /** An attempt succeeded or an external asset was observed; withheld by a check if it is not `published`. */
  | Some & {
    readonly kind: "materialized";
    /** The sequence up to which its inputs were what it read. */
    readonly readAt: number;
    /** Data version as a number: the same data, the same number. */
    readonly version: number;
    /** What it read, summed up as `readingNow` does; without it the sequence alone tells whether an input changed. */
    readonly read?: number;
    /** What was looked at for this step alone. */
    readonly inline?: readonly ReadInline[];
    /** Code that made it. */
    readonly code: number;
    /** The number under which the ledger has it, where somebody wants to know it again. */
    readonly made?: number;
    readonly published: boolean;
    /** When it ended, milliseconds. */
    readonly at: number;
  }
  | Some & { readonly kind: "started" | "cancelled" }
  /**
   * An attempt failed, or gave what a check withholds: then it is blocked and not failed. What it read, up to `readAt`,
   * counts as answered: it is not tried again for that.
   */
  | Some & {
    readonly kind: "failed";
    readonly readAt?: number;
    readonly withheld?: boolean;
  }
  /** What was asked for up to now counts as handled: resumed, and what happened meanwhile is left out. */
  | Some & { readonly kind: "handled" }
  | {
    readonly kind: "checked";
    readonly asset: number;
    readonly slice: number;
    readonly passed: boolean;
  }
  | { readonly kind: "code"; readonly asset: number; readonly code: number }
  | { readonly kind: "condition"; readonly asset: number; readonly when: Condition | undefined }
  | { readonly kind: "paused"; readonly asset: number; readonly paused: boolean }
  /** Slices were taken away or came back: what reads the asset may read others now. */
  | { readonly kind: "reshaped"; readonly asset: number }
  /** Slices were appended. */
  | { readonly kind: "grown"; readonly asset: number; readonly count: number }
  | { readonly kind: "time"; readonly now: number };

/** A slice that asks for itself. */
export interface Request {
  /** Place of the asset. */
  readonly asset: number;
  /** Place of the slice. */
  readonly slice: number;
  /** What each operand said when it was decided, see {@linkcode operandBits}. */
  readonly operands: number;
}

/** The first instant of a cron after another, in milliseconds; undefined if there is none. */
export type NextInstant = (cron: string, timezone: string, after: number) => number | undefined;

/** Whether a selection names an asset. */
export type Selects = (selection: string, asset: string) => boolean;

/** A text as a number below 2^53: equal texts give equal numbers, two different ones with a chance of 1e-16. */
export function hash53(text: string): number {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    high = Math.imul(high ^ c, 2654435761);
    low = Math.imul(low ^ c, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
