/**
 * Looking at the memory of processes, and ending them with all that they started.
 *
 * @module
 */
import { usedMemory } from "./used_memory.ts";

/** Keeps an eye on processes that lead a group. */
export interface Keeper extends AsyncDisposable {
  /** From now on the process is looked at, and ended if this one ends without having said what becomes of it. */
  hold(pid: number): void;
  /** It has ended, or is nobody's business any more. */
  free(pid: number): void;
  /** Bytes that it uses with all that it started; undefined where that cannot be known. */
  look(pid: number): Promise<number | undefined>;
  /** The same as it was when it was looked at last, at most some milliseconds ago. */
  used(pid: number): number | undefined;
  /** Ends it and all that it started, at once. */
  kill(pid: number): void;
}

/** Ends a group; one that has ended is no error. */
export function killGroup(pid: number): void {
  try {
    Deno.kill(-pid, "SIGKILL");
  } catch (error) {
    // Rights that are missing must not look like a process that has ended.
    if (error instanceof Deno.errors.NotCapable) throw error;
  }
}

/** Does it itself; for a process that has all rights. */
export const ownKeeper: Keeper = {
  hold: () => {},
  free: () => {},
  look: (pid) => Promise.resolve(usedMemory(pid)),
  used: usedMemory,
  kill: killGroup,
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
