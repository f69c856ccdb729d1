/**
 * Which population is made.
 *
 * @module
 */

/** Equal options make equal rows, byte for byte. */
export interface PopulationOptions {
  /** How many people. @default {500} */
  readonly users?: number;
  /** How many days of events each has at most. @default {120} */
  readonly days?: number;
  /** Decides everything else. @default {42} */
  readonly seed?: number;
  /** The instant up to which data exists, a UTC midnight. */
  readonly end: Date;
  /** Whether quality faults are planted. @default {true} */
  readonly faults?: boolean;
}

/** {@linkcode PopulationOptions} with the defaults filled in. */
export type Population = Required<PopulationOptions>;

/** The smallest population that has room for the planted faults. */
export const fewestUsers = 60;

/** The shortest history that has room for the planted faults: they need a week of syncs. */
export const fewestDays = 10;

/** Fills in the defaults. @throws {RangeError} If there is no such population. */
export function population(options: PopulationOptions): Population {
  const p = { users: 500, days: 120, seed: 42, faults: true, ...options };
  const whole = (what: "users" | "days" | "seed", least: number) => {
    if (Number.isSafeInteger(p[what]) && p[what] >= least) return;
    throw new RangeError(
      `Cannot make a population: ${what} is ${p[what]}, not a whole number of at least ${least}`,
    );
  };
  whole("users", p.faults ? fewestUsers : 2);
  whole("days", p.faults ? fewestDays : 1);
  whole("seed", 0);
  if (p.end.getTime() % 86_400_000 !== 0) {
    const end = Number.isNaN(p.end.getTime()) ? "no date" : p.end.toISOString();
    throw new RangeError(`Cannot make a population: end is "${end}", not a UTC midnight`);
  }
  return p;
}
