/**
 * Schedules: what the crons of jobs ask for, once each, whoever asks.
 *
 * @module
 */
import { type Due, due, type NextTick } from "../decide/due.ts";
import { actsAt } from "../decide/jitter.ts";
import { type Rule, rulesOf } from "../decide/rules.ts";
import type { Definitions } from "../graph/define.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Advance, CursorRecord } from "../ledger/records.ts";
import { errorOf } from "./error_of.ts";
import { pausedOf } from "../ledger/switches.ts";

export { targetsAt } from "../decide/rules.ts";

/** Where the cursor of a schedule stands. */
type Cursor = { readonly tick: string };

/** The name of the cursor of a schedule. */
export const scheduleCursor = (name: string): string => `schedule:${name}`;

/** What the loop of the schedules needs. */
export interface Ticking {
  /** What exists. */
  readonly definitions: Definitions;
  /** Where cursors stand. */
  readonly ledger: Pick<Ledger, "cursors" | "advance">;
  /** How crons are read. */
  readonly next: NextTick;
}

/**
 * Acts on every tick that has passed, in one transaction per schedule: cursor and runs move together, so a tick is acted
 * upon once, with any number of servers. A schedule that is seen for the first time begins now. One that is paused keeps
 * its cursor: what it missed is dealt with by its policy when it goes on. One whose code fails tells
 * so and goes on with its next tick; the others are not touched. Gives the instant of the next tick of all.
 */
export async function tick(o: Ticking, now: Date): Promise<Date | undefined> {
  const cursors = new Map((await o.ledger.cursors("schedule:")).map((c) => [c.name, c]));
  const paused = await pausedOf(o.ledger, "schedule:");
  let soonest: Date | undefined;
  for (const rule of rulesOf(o.definitions)) {
    const cursor = cursors.get(scheduleCursor(rule.name));
    const isPaused = paused.has(scheduleCursor(rule.name));
    const step = cursor && isPaused ? undefined : stepOf(o, rule, cursor, now);
    if (step) await o.ledger.advance(step);
    const next = isPaused ? undefined : nextOf(o, rule, cursor, now);
    if (next && (!soonest || next < soonest)) soonest = next;
  }
  return soonest;
}

/** When the next tick is acted upon; undefined also of a cron that cannot be read: its cursor tells of that. */
function nextOf(
  o: Ticking,
  rule: Rule,
  cursor: CursorRecord | undefined,
  now: Date,
): Date | undefined {
  try {
    // A tick that has passed and is put off is still to come.
    const handled = Date.parse((cursor?.value as Cursor | undefined)?.tick ?? now.toISOString());
    let at = new Date(Math.max(handled, now.getTime() - rule.jitterMs));
    for (;;) {
      const found = o.next(rule.cron, rule.timezone, at);
      if (found === undefined) return undefined;
      const acts = actsAt(rule, found);
      if (acts > now) return acts;
      at = found;
    }
  } catch {
    return undefined;
  }
}

/** What a look does to the cursor of a schedule; undefined if nothing. */
function stepOf(
  o: Ticking,
  rule: Rule,
  cursor: CursorRecord | undefined,
  now: Date,
): Advance | undefined {
  const move = { name: scheduleCursor(rule.name), revision: cursor?.revision ?? 0 };
  const none = { submissions: [] };
  const at = (cursor?.value ?? { tick: now.toISOString() }) as Cursor;
  let found: Due;
  try {
    found = due(rule, new Date(at.tick), now, o.next);
  } catch (error) {
    const result = textOf(error);
    // Once, not at each look.
    if (cursor?.result === result) return undefined;
    return { ...move, ...none, value: at, result, outcome: "failed" };
  }
  if (cursor === undefined) {
    const result = "first seen: waits for its next tick";
    return { ...move, ...none, value: at, result, outcome: "skipped" };
  }
  if (found.newest === undefined) return undefined;
  const value: Cursor = { tick: found.newest.toISOString() };
  try {
    return { ...move, value, ...asked(rule, found) };
  } catch (error) {
    return { ...move, ...none, value, result: textOf(error), outcome: "failed" };
  }
}

function textOf(error: unknown): string {
  const { message, causes } = errorOf(error);
  return [message, ...causes].join(": ");
}

function asked(
  rule: Rule,
  { ticks, skipped, newest }: Due,
): Pick<Advance, "result" | "outcome" | "submissions"> {
  const submissions = ticks.map((t) => rule.submission(t)).filter((s) => s !== undefined);
  const missed = skipped ? `, ${skipped} missed before` : "";
  const tick = newest!.toISOString();
  if (submissions.length) {
    return { submissions, outcome: "requested", result: `requested at ${tick}${missed}` };
  }
  const result = ticks.length
    ? `nothing to request at ${tick}: no slice has ended${missed}`
    : `missed the tick of ${tick}${missed}: its policy is not to catch up`;
  return { submissions, outcome: "skipped", result };
}
