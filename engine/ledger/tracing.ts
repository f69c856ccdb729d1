/**
 * Traces: what belongs together across servers and workers. Nothing is done unless somebody records them.
 *
 * @module
 */
import type { Claimed, Outcome } from "./records.ts";

/** Somebody who records traces. */
export interface Tracing {
  /** W3C traceparent of what is being done; undefined if nothing is. */
  active(): string | undefined;
  /** Records some work as a span, below what is being done. */
  span<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Records a step as a span, below what asked for its run. */
  step(claimed: Claimed, work: () => Promise<Outcome>): Promise<Outcome>;
}

let recorder: Tracing | undefined;

/** Sets who records, for the whole process; undefined: nobody. */
export function useTracing(tracing: Tracing | undefined): void {
  recorder = tracing;
}

/** Who records; undefined if nobody does. */
export const tracing = (): Tracing | undefined => recorder;
