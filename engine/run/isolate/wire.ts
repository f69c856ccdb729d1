/**
 * What a worker and the process of its isolated steps say to each other.
 *
 * @module
 */
import type { KeySet } from "../../ledger/sets.ts";
import type { Claimed, MaterializationRecord, Outcome, SliceKey } from "../../ledger/records.ts";

/** Why a running step is to end. */
export interface Abort {
  /** A timeout is a failure of the step, the others are not. */
  readonly by: "timeout" | "cancel";
  /** In words. */
  readonly reason: string;
}

/** What the process wants to know of the ledger, which only the worker is connected to. */
export type Question =
  | { readonly of: "visible"; readonly slices: readonly SliceKey[] }
  | { readonly of: "keySets"; readonly known: readonly (readonly [string, number])[] };

/** What the worker says. */
export type ToStep =
  | { readonly say: "step"; readonly claimed: WiredClaimed; readonly code: string }
  | { readonly say: "abort"; readonly token: string; readonly abort: Abort }
  | { readonly say: "answer"; readonly id: number; readonly found: Answer }
  | { readonly say: "refusal"; readonly id: number; readonly message: string };

/** What comes back for a {@linkcode Question}. */
export type Answer = readonly WiredVersion[] | readonly KeySet[];

/** What the process says. */
export type FromStep =
  | { readonly say: "ready" }
  | { readonly say: "ask"; readonly id: number; readonly question: Question }
  | { readonly say: "outcome"; readonly outcome: WiredOutcome };

/** A way to the other side that carries JSON, in order. */
export interface Link<In, Out> {
  /** What the other side says, until it is gone. */
  readonly heard: AsyncIterable<In>;
  /** Says something; a side that is gone hears nothing. */
  send(frame: Out): void;
}

/** A {@linkcode Claimed} as JSON. */
export interface WiredClaimed extends Omit<Claimed, "version" | "startedAt"> {
  /** In decimal. */
  readonly version: string;
  /** ISO. */
  readonly startedAt: string;
}

/** A {@linkcode MaterializationRecord} as JSON. */
export interface WiredVersion extends Omit<MaterializationRecord, "version" | "at"> {
  /** In decimal. */
  readonly version: string;
  /** ISO. */
  readonly at: string;
}

/** An {@linkcode Outcome} as JSON. */
export type WiredOutcome =
  | Exclude<Outcome, { readonly state: "failed" }>
  | Omit<Extract<Outcome, { readonly state: "failed" }>, "retryAt"> & {
    readonly retryAt: string | null;
  };

/** `run/step/attempt`. */
export const tokenOf = (c: Pick<Claimed, "run" | "step" | "attempt">): string =>
  `${c.run}/${c.step}/${c.attempt}`;

/** As it is sent. */
export function wireClaimed(c: Claimed): WiredClaimed {
  return { ...c, version: String(c.version), startedAt: c.startedAt.toISOString() };
}

/** As it was sent. */
export function readClaimed(c: WiredClaimed): Claimed {
  return { ...c, version: BigInt(c.version), startedAt: new Date(c.startedAt) };
}

/** As it is sent. */
export function wireVersion(m: MaterializationRecord): WiredVersion {
  return { ...m, version: String(m.version), at: m.at.toISOString() };
}

/** As it was sent. */
export function readVersion(m: WiredVersion): MaterializationRecord {
  return { ...m, version: BigInt(m.version), at: new Date(m.at) };
}

/** As it is sent. */
export function wireOutcome(o: Outcome): WiredOutcome {
  return o.state === "failed" ? { ...o, retryAt: o.retryAt?.toISOString() ?? null } : o;
}

/** As it was sent. */
export function readOutcome(o: WiredOutcome): Outcome {
  if (o.state !== "failed") return o;
  return { ...o, retryAt: o.retryAt === null ? null : new Date(o.retryAt) };
}
