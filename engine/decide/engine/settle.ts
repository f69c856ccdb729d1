/**
 * A tick: status and requests of all that must be looked at, upstream first.
 *
 * @module
 */
import { BIT, UNCLEAN } from "./columns.ts";
import { operandBits } from "./explain.ts";
import type { Request } from "./fact.ts";
import { holds, remember } from "./operands.ts";
import { ON } from "./rule.ts";
import { statusOf } from "./status.ts";
import type { World } from "./world.ts";

/**
 * Ends a tick. O(what changed and what reads it), nothing if nothing happened. A request counts for what is below it in
 * the same tick, so that a chain is asked for at once.
 */
export function settle(w: World): readonly Request[] {
  w.tick++;
  const requests: Request[] = [];
  const again = w.again;
  w.again = [];
  for (const { asset, from, to } of again) {
    w.mark(asset, from, to);
    w.spread(asset, from, to, ON.will | ON.flight);
  }
  for (let next = w.take(); next; next = w.take()) {
    const { asset, ranges } = next;
    for (let k = 0; k < ranges.length; k += 2) {
      renew(w, asset, ranges[k]!, ranges[k + 1]!);
      evaluate(w, asset, ranges[k]!, ranges[k + 1]!, requests);
    }
  }
  return requests;
}

/** Computes status anew and spreads what matters to readers: clean, unclean or missing as a range, the rest to watchers. */
function renew(w: World, asset: number, from: number, to: number): void {
  const { bits, at } = w.columns;
  let [first, end] = [-1, -1];
  for (let slice = from; slice < to; slice++) {
    const i = at[asset]! + slice;
    const was = bits[i]! & UNCLEAN;
    const is = statusOf(w, asset, slice);
    if (was === is) continue;
    bits[i] = (bits[i]! & ~UNCLEAN) | is;
    w.unclean[asset]! += (is === 0 ? 0 : 1) - (was === 0 ? 0 : 1);
    if ((was === 0) === (is === 0) && ((was ^ is) & BIT.missing) === 0) {
      w.spread(asset, slice, slice + 1, ON.watch);
      continue;
    }
    if (first >= 0 && slice > end) w.spread(asset, first, end, 0);
    if (first < 0 || slice > end) first = slice;
    end = slice + 1;
  }
  if (first >= 0) w.spread(asset, first, end, 0);
}

/** Evaluates the condition of slices and requests those of which it is true; never what is under way already. */
function evaluate(w: World, asset: number, from: number, to: number, out: Request[]): void {
  const rule = w.rules[asset];
  if (rule === undefined) return;
  const first = Math.max(from, w.columns.count[asset]! - rule.window);
  for (let slice = first; slice < to; slice++) {
    remember(w, asset, slice, rule.remembering);
    const isUnderWay = (w.columns.bits[w.columns.at[asset]! + slice]! & BIT.inFlight) !== 0;
    if (isUnderWay || w.paused[asset] === 1 || !holds(w, asset, slice, rule.root)) continue;
    out.push({ asset, slice, operands: operandBits(w, asset, slice) });
    request(w, asset, slice);
  }
}

function request(w: World, asset: number, slice: number): void {
  const { columns: c } = w;
  const i = c.at[asset]! + slice;
  c.handled[i] = w.sequence;
  c.will[i] = w.tick;
  c.bits[i]! |= BIT.inFlight;
  w.spread(asset, slice, slice + 1, ON.will);
  const last = w.again.at(-1);
  if (last?.asset === asset && last.to === slice) last.to = slice + 1;
  else w.again.push({ asset, from: slice, to: slice + 1 });
}
