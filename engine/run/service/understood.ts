/**
 * Selections that cannot be read.
 *
 * @module
 */

/** Refusals that come from reading a selection are of the kind that those who ask know. */
export function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyntaxError) throw new RangeError(error.message, { cause: error });
    throw error;
  }
}
