/**
 * Schedules and sensors as seen by people who switch and try them.
 *
 * @module
 */
import type { Json } from "../declare/store.ts";

/** How a switch stands now. */
export interface SwitchView {
  /** `schedule:nightly`, `sensor:arrivals`. */
  readonly name: string;
  readonly paused: boolean;
  /** False if it stood so before. */
  readonly changed: boolean;
}

/** What a tick asks for, or asked for. */
export interface TickView {
  /** Of the job or the schedule. */
  readonly name: string;
  /** The tick that was looked at: the newest at or before the instant that was asked about. */
  readonly tick: string;
  /** When it is acted upon: later where ticks are spread. */
  readonly actsAt: string;
  /** Two submissions with this key are one run. */
  readonly key: string;
  /** Why it asks, or why it asks for nothing. */
  readonly reason: string;
  readonly steps: readonly {
    readonly asset: string;
    readonly partition: string | null;
    readonly reason: string;
  }[];
  /** The run that it became; null if nothing was submitted. */
  readonly run: string | null;
}

/** What a look of a sensor would ask for. */
export interface SenseView {
  /** Of the sensor. */
  readonly name: string;
  readonly requests: readonly {
    readonly asset: string;
    readonly partition: string | null;
    /** Null if it is not told apart from others. */
    readonly key: string | null;
    readonly reason: string;
  }[];
  /** Where it would stand afterwards. */
  readonly cursor: Json;
}

/** A condition of a slice at one look, or now. */
export interface EvaluationView {
  /** When it was looked. */
  readonly at: string;
  readonly partition: string | null;
  /** Whether it is the evaluation of this moment, not one that was remembered. */
  readonly now: boolean;
  /** Whether it asked for the slice, or asks for it now. */
  readonly requested: boolean;
  /** The run that it asked for. */
  readonly run: string | null;
  /** Why it asked, or what it lacks, in words. */
  readonly reason: string;
  /** Its operands as statements, and whether each held. */
  readonly operands: readonly { readonly text: string; readonly holds: boolean }[];
}

/** What the condition of an asset found. */
export interface EvaluationsView {
  readonly asset: string;
  /** The condition in words; null if the asset has none. */
  readonly condition: string | null;
  /** That of the newest slice now first, then those that asked, newest first. */
  readonly evaluations: readonly EvaluationView[];
  /** Requests of any asset in the looks that were read of which no more is kept than their run. */
  readonly leftOut: number;
}

/** Schedules and sensors as people switch and try them. */
export interface AutomationService {
  /** Pauses or resumes `schedule:NAME` or `sensor:NAME`; where it stands is kept. */
  setPaused(what: string, paused: boolean, by?: string): Promise<SwitchView>;
  /**
   * Submits the newest tick of a job or schedule at or before an instant, now if none is given; what was submitted for it
   * already is found, not repeated. With `dryRun` only tells what that would be.
   */
  tick(
    name: string,
    options?: { readonly at?: string | undefined; readonly dryRun?: boolean | undefined },
  ): Promise<TickView>;
  /** What the condition of an asset finds now and found when it asked; undefined if there is no such asset. */
  evaluations(
    asset: string,
    options?: { readonly limit?: number | undefined },
  ): Promise<EvaluationsView | undefined>;
  /** Lets a sensor look from a cursor, its own if none is given, and changes nothing. */
  sense(
    name: string,
    options?: {
      readonly cursor?: Json | undefined;
      /** Payloads, or values of messages, for sensors that are told by others. */
      readonly payloads?: readonly string[] | undefined;
    },
  ): Promise<SenseView>;
}
