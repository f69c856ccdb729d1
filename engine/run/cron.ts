/**
 * Cron expressions, read by croner.
 *
 * @module
 */
import { Cron } from "croner";
import type { Asset } from "../declare/asset.ts";
import { eachCron } from "../declare/crons.ts";
import { DefinitionError } from "../declare/errors.ts";
import { crons } from "../decide/condition_crons.ts";
import type { NextTick } from "../decide/due.ts";
import type { Definitions } from "../graph/define.ts";

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
export const nextTick: NextTick = (cron, timezone, after): Date | undefined => {
  const found = eachCron(cron).flatMap((c) => parsed(c, timezone).nextRun(after) ?? []);
  return found.reduce<Date | undefined>((a, b) => a && a <= b ? a : b, undefined);
};

/** The next `count` instants of a cron after `after`. */
export function nextTicks(cron: string, timezone: string, after: Date, count: number): Date[] {
  const ticks: Date[] = [];
  for (let at = nextTick(cron, timezone, after); at && ticks.length < count;) {
    ticks.push(at);
    at = nextTick(cron, timezone, at);
  }
  return ticks;
}

/**
 * Reads every cron that is declared.
 *
 * @throws {DefinitionError} With all that cannot be read, and where they stand.
 */
export function checkCrons(
  definitions: Pick<Definitions, "assets" | "jobs" | "schedules">,
  now: Date,
): void {
  const rules = [...definitions.jobs, ...definitions.schedules];
  const declared = [
    ...rules.flatMap((r) => r.cron === undefined ? [] : [{ ...r, cron: r.cron }]),
    ...definitions.assets.flatMap((a) => cronsOf(a).map((c) => ({ ...c, ...named(a) }))),
  ];
  const problems = declared.flatMap(({ cron, timezone, name, declaredAt }) => {
    const fault = faultOf(cron, timezone, now);
    if (fault === undefined) return [];
    return [{ message: `Cannot define "${name}": ${fault}`, at: declaredAt, names: [name] }];
  });
  if (problems.length > 0) throw new DefinitionError(problems);
}

const named = ({ name, declaredAt }: Asset) => ({ name, declaredAt });

/** Of its condition and its deadline. */
const cronsOf = ({ when, deadline }: Asset) => [...crons(when), ...(deadline ? [deadline] : [])];

/** What is wrong with a cron, in words. One whose last year is over is none: it ticked. */
function faultOf(cron: string, timezone: string, now: Date): string | undefined {
  try {
    if (nextTick(cron, timezone, now) ?? nextTick(cron, timezone, new Date(0))) return undefined;
    return `Cannot read cron "${cron}" in time zone "${timezone}": it never ticks`;
  } catch (error) {
    return (error as Error).message;
  }
}
