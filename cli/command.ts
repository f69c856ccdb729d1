/**
 * What a command is.
 *
 * @module
 */
import type { OpenApp } from "./app.ts";
import type { Io } from "./io.ts";

/** Exit codes. */
export const EXIT = { ok: 0, failure: 1, usage: 2 } as const;

/** An option of a command. */
export interface Option {
  /** `partition` is `--partition`. */
  readonly name: string;
  /** What its value is called; a switch has none. */
  readonly value?: string;
  /** What it does. */
  readonly help: string;
}

/** What a command was called with. */
export interface Called {
  /** Positional words. */
  readonly words: readonly string[];
  /** The value of an option. */
  text(option: string): string | undefined;
  /** Whether a switch is on. */
  on(option: string): boolean;
}

/** What a command runs with. */
export interface Setting {
  /** What it was called with. */
  readonly called: Called;
  /** Where it writes. */
  readonly io: Io;
  /** Opens the program. */
  readonly open: OpenApp;
  /** Aborts when the process is asked to stop. */
  readonly signal: AbortSignal;
}

/** Does a command; gives its exit code. */
export type Run = (setting: Setting) => Promise<number>;

/** A command as help tells of it. Loading it is what costs: help loads none. */
export interface Command {
  /** What it is called. */
  readonly name: string;
  /** Its positional words: `SELECTION`, `RUN [STEP]`. */
  readonly words: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** Its options, besides `--json` and `--help`. */
  readonly options: readonly Option[];
  /** Least and most positional words. */
  readonly takes: readonly [least: number, most: number];
  /** Whether it reads, and so speaks JSON. */
  readonly json: boolean;
  /** What it does. */
  load(): Promise<Run>;
}

/** It was called wrongly: the sentence says how it is called. */
export class UsageError extends Error {
  /** Survives minification. */
  override name = "UsageError";
}
