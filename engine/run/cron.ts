/**
 * Cron expressions, read by croner.
 *
 * @module
 */
import { Cron } from "croner";
import type { NextTick } from "../decide/due.ts";

const known = new Map<string, Cron>();

function parsed(cron: string, timezone: string): Cron {
  const id = `${timezone} ${cron}`;
  const before = known.get(id);
  if (before) return before;
  try {
    const made = new Cron(cron, { timezone, paused: true });
    made.nextRun();
    known.set(id, made);
    return made;
  } catch (cause) {
    throw new SyntaxError(
      `Cannot read cron "${cron}" in time zone "${timezone}": ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** The first instant of a cron later than `after`. @throws {SyntaxError} If the cron or its time zone cannot be read. */
export const nextTick: NextTick = (cron, timezone, after): Date | undefined =>
  parsed(cron, timezone).nextRun(after) ?? undefined;

/** The next `count` instants of a cron after `after`. */
export function nextTicks(cron: string, timezone: string, after: Date, count: number): Date[] {
  return parsed(cron, timezone).nextRuns(count, after);
}
