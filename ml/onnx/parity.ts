import type { Parity } from "../train/request.ts";

/**
 * Largest difference allowed for predictions up to 10 in size; beyond, in proportion to the size.
 */
export const TOLERANCE = 2e-5;

/** The ONNX model does not say what the native model says: it must not be used. */
export class ParityError extends Error {
  /** The row that differs most. */
  readonly row: number;
  /** What the native library predicts for it. */
  readonly native: number;
  /** What the ONNX model predicts for it. */
  readonly onnx: number;

  /** `of` says which rows were compared. */
  constructor(o: { row: number; native: number; onnx: number; of: string }) {
    super(
      `Cannot accept ONNX model: it predicts ${o.onnx} for row ${o.row} of the ${o.of} rows, ` +
        `the native library ${o.native}, more than ${TOLERANCE} apart`,
    );
    this.name = "ParityError";
    this.row = o.row;
    this.native = o.native;
    this.onnx = o.onnx;
  }
}

/**
 * Compares predictions of the same rows.
 *
 * @throws {ParityError} If they differ by more than {@link TOLERANCE} anywhere.
 */
export function compare(
  native: ArrayLike<number>,
  onnx: ArrayLike<number>,
  of: string,
): Parity {
  if (native.length !== onnx.length) {
    throw new RangeError(
      `Cannot compare predictions of the ${of} rows: ` +
        `${native.length} native, ${onnx.length} by ONNX`,
    );
  }
  let maxAbsDiff = 0;
  let worst = 0;
  let excess = 0;
  for (let row = 0; row < native.length; row++) {
    const difference = Math.abs(native[row]! - onnx[row]!);
    const relative = difference / allowed(native[row]!);
    maxAbsDiff = Math.max(maxAbsDiff, difference);
    if (relative > excess || Number.isNaN(relative)) [worst, excess] = [row, relative];
    if (Number.isNaN(excess)) break; // NaN is no parity either
  }
  if (excess <= 1) return { maxAbsDiff, rows: native.length };
  throw new ParityError({ row: worst, native: native[worst]!, onnx: onnx[worst]!, of });
}

/** A float32 of size 100 has 10 times the grain of one of size 10. */
function allowed(native: number): number {
  return TOLERANCE * Math.max(1, Math.abs(native) / 10);
}
