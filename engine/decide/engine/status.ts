/**
 * The status of a slice by its inputs. The rest of its bits is set by facts.
 *
 * @module
 */
import { BIT, UNCLEAN } from "./columns.ts";
import { inputsOf } from "./inputs.ts";
import { isOtherReading } from "./reading.ts";
import type { World } from "./world.ts";

/** Missing, stale by code, stale by data, behind: computed from the columns, O(inputs). */
export function statusOf(w: World, asset: number, slice: number): number {
  const { columns, edges, maxChanged, unclean } = w;
  const { changed, codeOf, readAt, at, count } = columns;
  const own = at[asset]! + slice;
  const isMissing = changed[own] === 0;
  const isKnown = !isMissing && columns.read[own] !== 0;
  const readUpTo = isMissing || isKnown ? Infinity : readAt[own]!;
  let bits: number = isMissing ? BIT.missing : codeOf[own] !== w.code[asset] ? BIT.code : 0;
  if (isKnown && isOtherReading(w, asset, slice)) bits |= BIT.data;
  for (let edge = edges.upAt[asset]!; edge < edges.upAt[asset + 1]!; edge++) {
    if (edges.orderOnly[edge] === 1) continue;
    const up = edges.up[edge]!;
    const mayBeData = (bits & BIT.data) === 0 && maxChanged[up]! > readUpTo;
    const mayBeBehind = (bits & BIT.behind) === 0 && unclean[up] !== 0;
    if (!mayBeData && !mayBeBehind) continue;
    const read = inputsOf(w, edge, slice, false);
    for (let r = 0; r < read.length; r += 2) {
      const [from, to] = [at[up]! + read[r]!, at[up]! + read[r + 1]!];
      if (mayBeData && someAbove(changed, from, to, readUpTo)) bits |= BIT.data;
      if (!mayBeBehind) continue;
      if (unclean[up] === count[up] || someUnclean(columns.bits, from, to)) bits |= BIT.behind;
    }
  }
  return bits;
}

function someAbove(column: Uint32Array, from: number, to: number, limit: number): boolean {
  for (let i = from; i < to; i++) if (column[i]! > limit) return true;
  return false;
}

function someUnclean(bits: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if ((bits[i]! & UNCLEAN) !== 0) return true;
  return false;
}

/** The status of a slice in a word. */
export type StatusWord =
  | "running"
  | "failed"
  | "blocked"
  | "missing"
  | "stale"
  | "behind"
  | "fresh";

/** The first that holds: running, failed, blocked, missing, stale, behind, fresh. */
export function statusWord(bits: number): StatusWord {
  if ((bits & BIT.inFlight) !== 0) return "running";
  if ((bits & BIT.failed) !== 0) return "failed";
  if ((bits & BIT.blocked) !== 0) return "blocked";
  if ((bits & BIT.missing) !== 0) return "missing";
  if ((bits & (BIT.code | BIT.data)) !== 0) return "stale";
  return (bits & BIT.behind) !== 0 ? "behind" : "fresh";
}
