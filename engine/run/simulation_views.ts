/**
 * Days that have not been yet, as people ask for them and are told.
 *
 * @module
 */
import type { Simulation } from "./simulate/mod.ts";

/** What is simulated; what is not given is as it is now. */
export interface SimulateRequest {
  /** How many days, up to 366. @default {7} */
  readonly days?: number | undefined;
  /** An instant with its zone, `2025-01-27T06:00:00Z`, or a day in UTC; now unless given. */
  readonly from?: string | undefined;
  /** Steps at once, instead of those of the workers that live. */
  readonly slots?: number | undefined;
  /** How long a step takes that never ran, `5m`. @default {"30s"} */
  readonly assume?: string | undefined;
}

/** A value with its instants as text. */
export type AsText<T> = T extends Date ? string
  : T extends readonly (infer Item)[] ? readonly AsText<Item>[]
  : T extends object ? { readonly [K in keyof T]: AsText<T[K]> }
  : T;

/** What a simulation came to. */
export interface SimulationView extends AsText<Simulation> {
  /** Milliseconds that were assumed for {@linkcode Simulation.assumed}. */
  readonly assumedMs: number;
}

/** Looking ahead. */
export interface SimulationService {
  /**
   * What would happen from now on; nothing is changed.
   *
   * @throws {RangeError} If days, slots, the instant or the duration make no sense.
   */
  simulate(request: SimulateRequest): Promise<SimulationView>;
}
