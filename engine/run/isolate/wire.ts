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
  | { readonly of: "versions"; readonly versions: readonly bigint[] }
  | { readonly of: "keySets"; readonly known: readonly (readonly [string, number])[] };

/** What the worker says. */
export type ToStep =
  | {
    readonly say: "step";
    readonly claimed: Claimed;
    readonly code: string;
    /** W3C traceparent of the step, if somebody records traces. */
    readonly parent?: string;
  }
  | { readonly say: "abort"; readonly token: string; readonly abort: Abort }
  | { readonly say: "answer"; readonly id: number; readonly found: Answer }
  | { readonly say: "refusal"; readonly id: number; readonly message: string };

/** What comes back for a {@linkcode Question}. */
export type Answer = readonly MaterializationRecord[] | readonly KeySet[];

/** What the process says. */
export type FromStep =
  | { readonly say: "ready" }
  | { readonly say: "ask"; readonly id: number; readonly question: Question }
  | { readonly say: "outcome"; readonly outcome: Outcome };

/** A way to the other side that carries JSON, in order. */
export interface Link<In, Out> {
  /** What the other side says, until it is gone. */
  readonly heard: AsyncIterable<In>;
  /** Says something; a side that is gone hears nothing. */
  send(frame: Out): void;
}

/** `run/step/attempt`. */
export const tokenOf = (c: Pick<Claimed, "run" | "step" | "attempt">): string =>
  `${c.run}/${c.step}/${c.attempt}`;

/**
 * A frame as one line of JSON. Instants and large numbers stay what they are; objects of code that look like our marks
 * too.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromLine, toLine } from "engine";
 *
 * const said = { version: 2n ** 60n, at: new Date(0), value: { $: "date" } };
 * assertEquals(fromLine(toLine(said)), said);
 * ```
 */
export function toLine(frame: unknown): string {
  return JSON.stringify(frame, function (this: { [key: string]: unknown }, key, value: unknown) {
    // A Date has become text before this is asked.
    const it = this[key];
    if (typeof it === "bigint") return { $: "bigint", is: String(it) };
    if (it instanceof Date) return { $: "date", is: it.getTime() };
    if (!hasMark(value)) return value;
    return { $: "object", is: Object.entries(value) };
  });
}

/** The frame of a line that {@linkcode toLine} made. */
export function fromLine(line: string): unknown {
  return JSON.parse(line, (_, value: unknown) => {
    if (!hasMark(value)) return value;
    const { $, is } = value as Marked;
    if ($ === "bigint") return BigInt(is);
    return $ === "date" ? new Date(is) : Object.fromEntries(is);
  });
}

/** What stands for something that JSON has not. */
type Marked =
  | { readonly $: "bigint"; readonly is: string }
  | { readonly $: "date"; readonly is: number }
  | { readonly $: "object"; readonly is: readonly (readonly [string, unknown])[] };

const hasMark = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.hasOwn(value, "$");
