/**
 * Where code of pipelines is called from.
 *
 * @module
 */
import { UserCodeError } from "../declare/errors.ts";

/** Calls code of a pipeline; what it throws says whose code it was. @throws {UserCodeError} With the original as cause. */
export async function called<T>(what: string, code: () => Promise<T>): Promise<T> {
  try {
    return await code();
  } catch (cause) {
    throw new UserCodeError(what, cause);
  }
}
