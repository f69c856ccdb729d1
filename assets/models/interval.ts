/**
 * How far off predictions are: a split-conformal interval and how often it really holds.
 *
 * @module
 */
import { conformal } from "../../ml/mod.ts";

/** An interval of the same width around every prediction. */
export interface Interval {
  /** Share of true values it is meant to hold, such as 0.8. */
  readonly level: number;
  /** Added and subtracted. */
  readonly halfWidth: number;
  /** Share of later true values that an interval from earlier residuals held. */
  readonly coverage: number;
}

/**
 * The interval from validation residuals.
 *
 * Its coverage is measured honestly: a width is taken from the earlier half of the rows and tried
 * on the later half. The width that is kept is that of all rows.
 */
export function conformalInterval(
  o: {
    readonly label: Float32Array;
    readonly predicted: Float32Array;
    readonly at: Float64Array;
    readonly level: number;
  },
): Interval {
  const residual = o.label.map((value, row) => Math.abs(value - o.predicted[row]!));
  const middle = Float64Array.from(o.at).sort()[o.at.length >> 1]!;
  const earlier = residual.filter((_, row) => o.at[row]! < middle);
  const later = residual.filter((_, row) => o.at[row]! >= middle);
  const tried = earlier.length > 0 ? conformal(earlier, o.level) : NaN;
  const held = later.filter((r) => r <= tried).length;
  return {
    level: o.level,
    halfWidth: conformal(residual, o.level),
    coverage: held / later.length,
  };
}
