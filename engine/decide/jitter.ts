/**
 * When a tick is acted upon, where ticks are spread.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** What of a rule decides how far its ticks are put off. */
export interface Spread {
  /** The same tick of two rules is put off differently. */
  readonly name?: string;
  /** At most so many milliseconds. @default {0} */
  readonly jitterMs?: number;
}

/**
 * When a tick is acted upon: up to `jitterMs` after it, by a share that name and tick decide, so that every server and
 * every restart comes to the same instant. The tick keeps its own instant for everything else.
 *
 * @example
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * import { actsAt } from "engine";
 *
 * const tick = new Date("2025-01-27T06:00:00Z");
 * assertEquals(actsAt({ name: "nightly" }, tick), tick);
 * const late = actsAt({ name: "nightly", jitterMs: 600_000 }, tick).getTime() - tick.getTime();
 * assert(late >= 0 && late < 600_000);
 * ```
 */
export function actsAt({ name = "", jitterMs = 0 }: Spread, tick: Date): Date {
  if (jitterMs === 0) return tick;
  const digest = createHash("sha256").update(`${name} ${tick.toISOString()}`).digest();
  const share = digest.readUInt32BE(0) / 2 ** 32;
  return new Date(tick.getTime() + Math.floor(share * jitterMs));
}
