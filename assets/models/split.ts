/**
 * Splitting a training table by time: what came last is what a model is judged on.
 *
 * @module
 */
import { type Frame, type Matrix, matrixOf, numbers } from "../../ml/mod.ts";
import { DAY } from "../inputs/calendar.ts";
import { inputNames } from "../inputs/training_table.ts";

/** One side of the split, as columns of equal length. */
export interface Part {
  /** Inputs. */
  readonly inputs: Matrix;
  /** What to predict. */
  readonly label: Float32Array;
  /** Index of the user. */
  readonly user: Int32Array;
  /** The newest label of that user known when the row would have been predicted, or NaN. */
  readonly last: Float32Array;
  /** The instant of the label. */
  readonly at: Float64Array;
}

/** A table split at an instant. */
export interface Split {
  /** Names of the inputs, in the order of the matrices. */
  readonly names: readonly string[];
  /** Rows to learn from: labels before {@linkcode validFrom}. */
  readonly train: Part;
  /** Rows to judge by: labels from then on. */
  readonly valid: Part;
  /** Where it was split. */
  readonly validFrom: number;
}

/**
 * Splits at `validDays` days before `asOf`.
 *
 * @throws {RangeError} If one of the sides has no row.
 */
export function splitByTime(
  table: Frame,
  o: { readonly asOf: number; readonly validDays: number },
): Split {
  const validFrom = o.asOf - o.validDays * DAY;
  const at = numbers(table, "at");
  const names = inputNames(table);
  const train = part(table, names, (row) => at[row]! < validFrom);
  const valid = part(table, names, (row) => at[row]! >= validFrom);
  if (train.label.length === 0 || valid.label.length === 0) {
    throw new RangeError(
      `Cannot split ${table.rows} rows at ${new Date(validFrom).toISOString()}: ` +
        `${train.label.length} lie before and ${valid.label.length} after, both need some`,
    );
  }
  return { names, train, valid, validFrom };
}

function part(table: Frame, names: readonly string[], keep: (row: number) => boolean): Part {
  const pick = (name: string) => Array.from(numbers(table, name)).filter((_, row) => keep(row));
  return {
    inputs: matrixOf(table, names, keep),
    label: Float32Array.from(pick("label")),
    user: Int32Array.from(pick("user")),
    last: Float32Array.from(pick("last")),
    at: Float64Array.from(pick("at")),
  };
}
