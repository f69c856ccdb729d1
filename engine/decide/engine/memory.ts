/**
 * What `newly` and `since` remember of each slice. Everything else is computed from sequences.
 *
 * @module
 */
import type { Condition } from "../../declare/when.ts";

const HELD = 1;
const RESET_HELD = 2;
const LATCHED = 4;

/** The memory of one `newly` or `since` of one asset. */
export class Memory {
  #flags = new Uint8Array(1);
  #rose = new Uint32Array(1);

  /** Whether the condition became true, and its reset has not since. */
  isLatched(slice: number): boolean {
    return (this.#flags[slice]! & LATCHED) !== 0;
  }

  /** The sequence at which the condition became true last; 0 if it never did. */
  roseAt(slice: number): number {
    return this.#rose[slice] ?? 0;
  }

  /** Takes down what holds at the end of a tick; when both became true the reset wins. Tells whether that is news. */
  note(slice: number, holds: boolean, resets: boolean, sequence: number): boolean {
    this.#reserve(slice + 1);
    const was = this.#flags[slice]!;
    let latched = was & LATCHED;
    const rose = holds && (was & HELD) === 0;
    if (rose) {
      this.#rose[slice] = sequence;
      latched = LATCHED;
    }
    if (resets && (was & RESET_HELD) === 0) latched = 0;
    const is = (holds ? HELD : 0) | (resets ? RESET_HELD : 0) | latched;
    this.#flags[slice] = is;
    return is !== was;
  }

  #reserve(slices: number): void {
    if (slices <= this.#flags.length) return;
    const length = Math.max(slices, 2 * this.#flags.length);
    const flags = new Uint8Array(length);
    flags.set(this.#flags);
    const rose = new Uint32Array(length);
    rose.set(this.#rose);
    this.#flags = flags;
    this.#rose = rose;
  }

  /** As numbers, for a snapshot: flags and sequences of the slices that have any. */
  save(): readonly number[] {
    const saved: number[] = [];
    this.#flags.forEach((flags, slice) => {
      const rose = this.#rose[slice]!;
      if (flags !== 0 || rose !== 0) saved.push(slice, flags, rose);
    });
    return saved;
  }

  /** Takes over what {@linkcode save} gave. */
  load(saved: readonly number[]): void {
    for (let i = 0; i < saved.length; i += 3) {
      const slice = saved[i]!;
      this.#reserve(slice + 1);
      this.#flags[slice] = saved[i + 1]!;
      this.#rose[slice] = saved[i + 2]!;
    }
  }
}

/** The name under which memory outlives an edit of the condition around it: the sub-tree without its labels. */
export function memoryKey(condition: Condition): string {
  return JSON.stringify(condition, (key, value) => key === "label" ? undefined : value);
}
