/**
 * Lengths of time as people write them.
 *
 * @module
 */

/** A length of time: `90s`, `15m`, `26h`, `7d`. */
export type Duration = `${number}${"ms" | "s" | "m" | "h" | "d"}`;

const UNIT = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Milliseconds of a {@linkcode Duration}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { milliseconds } from "engine";
 *
 * assertEquals(milliseconds("26h"), 93_600_000);
 * ```
 *
 * @throws {SyntaxError} If it is not one.
 */
export function milliseconds(text: Duration): number {
  const found = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  if (!found) throw new SyntaxError(`Cannot read duration: "${text}" is not like "90s" or "26h"`);
  return Number(found[1]) * UNIT[found[2] as keyof typeof UNIT];
}

/**
 * Milliseconds of a duration that must be some time: what repeats every "0s" never rests.
 *
 * @throws {SyntaxError} If it is not one.
 * @throws {RangeError} If it is none at all.
 */
export function positive(text: Duration, what: string): number {
  const ms = milliseconds(text);
  if (ms > 0) return ms;
  throw new RangeError(`Cannot declare ${what}: "${text}" must be longer than nothing`);
}

/**
 * A duration in the two largest units that matter, for people: `2 d 4 h`, `6 h 10 min`, `12 s`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { durationText } from "engine";
 *
 * assertEquals(durationText(22_200_000), "6 h 10 min");
 * ```
 */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(ms < 10_000 ? 1 : 0))} s`;
  const parts: readonly (readonly [number, string])[] = [
    [UNIT.d, "d"],
    [UNIT.h, "h"],
    [UNIT.m, "min"],
    [UNIT.s, "s"],
  ];
  const at = parts.findIndex(([unit]) => ms >= unit);
  const [unit, name] = parts[at]!;
  const [finer, finerName] = parts[at + 1] ?? [0, ""];
  const rest = finer ? Math.floor((ms % unit) / finer) : 0;
  return `${Math.floor(ms / unit)} ${name}${rest ? ` ${rest} ${finerName}` : ""}`;
}
