/**
 * How a process ended, in words.
 *
 * @module
 */
import type { StepProcessEnd } from "engine";

/** What is known of the end. */
export interface End {
  /** As the system tells it. */
  readonly status: Pick<Deno.CommandStatus, "code" | "signal">;
  /** The last that it printed on its standard error. */
  readonly said: string;
  /** Bytes that its heap may have, where they are limited. */
  readonly memory: number | undefined;
}

/** The end of something, and what kind it is. */
export interface Cause {
  /** What kind. */
  readonly end: StepProcessEnd;
  /** Continues "Cannot finish …: ". */
  readonly words: string;
}

/** Signals by which the system ends a process whose machine code went wrong. */
const CRASHES = ["SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGTRAP", "SIGSYS"];

/** Bytes as people write them. */
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1_000_000)} MB`;

/** Why it ended; nobody here killed it. */
export function causeOf({ status, said: coloured, memory }: End): Cause {
  const { code, signal } = status;
  // deno-lint-ignore no-control-regex -- colours
  const said = coloured.replaceAll(/\x1b\[[0-9;]*m/g, "");
  // V8 tells where it gave up: "Reached heap limit", "young object promotion failed" and others.
  if (/fatal.*(out of memory|heap limit)/i.test(said)) {
    const limit = memory === undefined ? "the limit of V8" : megabytes(memory);
    return {
      end: "memory",
      words: `its process ran out of memory: its JavaScript heap reached ${limit}`,
    };
  }
  if (signal === "SIGKILL") {
    const who = "by a person, or by the system for lack of memory";
    return { end: "signal", words: `its process was killed by SIGKILL (${who})` };
  }
  if (signal && CRASHES.includes(signal)) {
    return { end: "signal", words: `its process crashed by ${signal} (native code)${last(said)}` };
  }
  if (signal) return { end: "signal", words: `its process was killed by ${signal}` };
  if (/^error: Uncaught/m.test(said)) {
    return { end: "exit", words: `its process ended by an error that nobody caught${last(said)}` };
  }
  return {
    end: "exit",
    words: `its process was ended with exit code ${code} (Deno.exit)${last(said)}`,
  };
}

/** The error that was printed, of Deno or of V8, or the last line of anything. */
function last(said: string): string {
  const lines = said.split("\n").map((l) => l.trim()).filter(Boolean);
  const line = lines.findLast((l) => /^(error: |# fatal )/i.test(l)) ?? lines.at(-1);
  return line === undefined ? "" : `: ${line.slice(0, 500)}`;
}
