/**
 * Traces: what belongs together across servers and workers. Nothing is done unless somebody records them.
 *
 * @module
 */
import type { Claimed, Outcome } from "./records.ts";

/** A call of something outside of the program: a statement, a command, messages. Never with values in it. */
export interface ForeignCall {
  /** `SELECT engine.claim`, `HMGET`, `send events`. */
  readonly name: string;
  /** Whether it asks, hands over messages, or was handed some. */
  readonly kind: "client" | "producer" | "consumer";
  /** By the names of the OpenTelemetry semantic conventions. */
  readonly attributes: { readonly [name: string]: string | number };
}

/** A span that has begun. */
export interface OpenSpan {
  /** Its W3C traceparent. */
  readonly parent: string;
  /** Ends it, with the kind of what went wrong, such as `23505` or `TimeoutError`; the second time nothing happens. */
  end(trouble?: string): void;
}

/** Somebody who records traces. */
export interface Tracing {
  /** W3C traceparent of what is being done; undefined if nothing is. */
  active(): string | undefined;
  /** Records some work as a span, below what is being done. */
  span<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Records a step as a span, below what asked for its run. */
  step(claimed: Claimed, work: () => Promise<Outcome>): Promise<Outcome>;
  /** Begins a span below what is being done; undefined if nothing is. */
  begin(call: ForeignCall): OpenSpan | undefined;
  /** Begins a span below what asked for a run; undefined if that is not known. */
  beginFor(run: string, call: ForeignCall): Promise<OpenSpan | undefined>;
  /** Does some work as a span below what others were doing: below the first of them, with links to the rest. */
  under<T>(parents: readonly string[], call: ForeignCall, work: () => Promise<T>): Promise<T>;
}

let recorder: Tracing | undefined;

/** Sets who records, for the whole process; undefined: nobody. */
export function useTracing(tracing: Tracing | undefined): void {
  recorder = tracing;
}

/** Who records; undefined if nobody does. */
export const tracing = (): Tracing | undefined => recorder;

/** What went wrong, by its code or class: the message of a database may hold values. */
export function troubleOf(error: unknown): string {
  if (!(error instanceof Error)) return "error";
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" && code !== "" ? code : error.name;
}
