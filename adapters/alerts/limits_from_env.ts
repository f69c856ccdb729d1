/** From when on resources run short, as settings say. @module */
import {
  type Duration,
  LIMITS,
  type Limits,
  positive,
  RULE_FORMS,
  ruleValue,
  type SlowRule,
} from "engine";
import type { Env } from "./from_env.ts";

/**
 * The limits of `AURORA_ALERT_QUEUE`, `AURORA_ALERT_POOL`, `AURORA_ALERT_OUTBOX` (durations like `15m`) and
 * `AURORA_ALERT_MEMORY`, `AURORA_ALERT_DISK`, `AURORA_ALERT_CONNECTIONS` (shares like `90%`).
 *
 * @throws {TypeError} If one is given that is none of these.
 */
export function limitsFromEnv(env: Env): Limits {
  const wait = (name: string, otherwise: number) => waitOf(name, env(name), otherwise);
  const share = (name: string, otherwise: number) => shareOf(name, env(name), otherwise);
  return {
    queueMs: wait("AURORA_ALERT_QUEUE", LIMITS.queueMs),
    poolMs: wait("AURORA_ALERT_POOL", LIMITS.poolMs),
    outboxMs: wait("AURORA_ALERT_OUTBOX", LIMITS.outboxMs),
    memory: share("AURORA_ALERT_MEMORY", LIMITS.memory),
    disk: share("AURORA_ALERT_DISK", LIMITS.disk),
    connections: share("AURORA_ALERT_CONNECTIONS", LIMITS.connections),
  };
}

/**
 * Which steps run for long: `AURORA_ALERT_LONG` (a duration) and `AURORA_ALERT_LONG_FACTOR` (a number from 1 on).
 *
 * @throws {TypeError} If one is given that is none of these.
 */
export function slowFromEnv(env: Env): SlowRule {
  const [long, factor] = [env("AURORA_ALERT_LONG"), env("AURORA_ALERT_LONG_FACTOR")];
  return {
    ...(long ? { floorMs: waitOf("AURORA_ALERT_LONG", long, 0) } : {}),
    ...(factor ? { factor: timesOf("AURORA_ALERT_LONG_FACTOR", factor) } : {}),
  };
}

function timesOf(name: string, text: string): number {
  const found = ruleValue("times", text);
  if (typeof found === "number") return found;
  throw new TypeError(`Cannot read ${name}: "${text}" is not ${RULE_FORMS.times}`);
}

function waitOf(name: string, text: string | undefined, otherwise: number): number {
  if (!text) return otherwise;
  try {
    return positive(text as Duration, name);
  } catch (cause) {
    throw new TypeError(`Cannot read ${name}: "${text}" is no duration like "15m"`, { cause });
  }
}

function shareOf(name: string, text: string | undefined, otherwise: number): number {
  if (!text) return otherwise;
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  const share = Number(percent) / 100;
  if (share > 0 && share <= 1) return share;
  throw new TypeError(`Cannot read ${name}: "${text}" is not like "90%", above 0 and at most 100`);
}
