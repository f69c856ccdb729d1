/**
 * Several cron expressions as one text.
 *
 * @module
 */

/** One cron expression, or several whose ticks are those of any of them. */
export type Crons = string | readonly string[];

/**
 * The crons as one text, parted by `; `, which no expression contains: what reads one reads several.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { cronText, eachCron } from "engine";
 *
 * const both = cronText(["0 6 * * 1-5", "0 9 * * 6,0"]);
 * assertEquals(both, "0 6 * * 1-5; 0 9 * * 6,0");
 * assertEquals(eachCron(both), ["0 6 * * 1-5", "0 9 * * 6,0"]);
 * ```
 *
 * @throws {RangeError} If the list is empty.
 */
export function cronText(crons: Crons): string;
export function cronText(crons: Crons | undefined): string | undefined;
export function cronText(crons: Crons | undefined): string | undefined {
  if (crons === undefined || typeof crons === "string") return crons;
  if (crons.length > 0) return crons.join("; ");
  throw new RangeError('Cannot read crons: the list is empty, name one like "0 6 * * *"');
}

/** The expressions in a text. */
export const eachCron = (text: string): readonly string[] => text.split(";").map((c) => c.trim());
