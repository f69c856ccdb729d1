/** How long things are kept that are over. @module */
import { milliseconds } from "engine";

/** What can be cleaned, and how long it is kept; see the guide on housekeeping for each. */
const DEFAULTS = {
  FACTS: "90d",
  LOGS: "30d",
  TICKS: "30d",
  RUNS: "180d",
  VERSIONS: "90d",
  ROWS: "7d",
  EVENTS: "30d",
  ALERTS: "180d",
  OBJECTS: "7d",
} as const;

/** Milliseconds that each kind is kept; Infinity is for ever. */
export interface KeepRules {
  /** What happened, by month. */
  readonly facts: number;
  /** Lines of logs, by month. */
  readonly logs: number;
  /** Ticks of schedules and sensors, evaluations of conditions. */
  readonly ticks: number;
  /** Ended runs with their steps and attempts, ended backfills, workers that are gone. */
  readonly runs: number;
  /** Versions that were superseded, with their verdicts. */
  readonly versions: number;
  /** Rows of superseded versions in the tables of assets. */
  readonly rows: number;
  /** Events that were sent. */
  readonly events: number;
  /** Alerts and silences that are over. */
  readonly alerts: number;
  /** Artefacts that nothing refers to; at least an hour. */
  readonly objects: number;
}

/**
 * Reads `AURORA_KEEP_FACTS=90d` and its like; `never` keeps for ever.
 *
 * @throws {SyntaxError} If a value is no time, with what would be one.
 * @throws {RangeError} If artefacts were kept for less than an hour: a step may not have told of them yet.
 */
export function keepFromEnv(env: (name: string) => string | undefined): KeepRules {
  const ms = (kind: keyof typeof DEFAULTS) => {
    const name = `AURORA_KEEP_${kind}`;
    const text = env(name) || DEFAULTS[kind];
    if (text === "never") return Infinity;
    if (/^[1-9]\d*[dhm]$/.test(text)) return milliseconds(text as `${number}d`);
    throw new SyntaxError(
      `Cannot read ${name}: "${text}" is not like "${DEFAULTS[kind]}", "36h" or "never"`,
    );
  };
  return {
    facts: ms("FACTS"),
    logs: ms("LOGS"),
    ticks: ms("TICKS"),
    runs: ms("RUNS"),
    versions: ms("VERSIONS"),
    rows: ms("ROWS"),
    events: ms("EVENTS"),
    alerts: ms("ALERTS"),
    objects: atLeastAnHour("AURORA_KEEP_OBJECTS", ms("OBJECTS")),
  };
}

function atLeastAnHour(name: string, ms: number): number {
  if (ms >= 3_600_000) return ms;
  throw new RangeError(`Cannot read ${name}: it is shorter than "1h"`);
}
