/**
 * Files that people name.
 *
 * @module
 */
import { UsageError } from "./command.ts";

/** Why a file cannot be read or written, without the words of the system around it. */
export function unusable(verb: string, file: string, cause: unknown): unknown {
  if (cause instanceof Deno.errors.NotFound) {
    return new UsageError(`Cannot ${verb} "${file}": there is no such folder`);
  }
  if (cause instanceof Deno.errors.IsADirectory) {
    return new UsageError(`Cannot ${verb} "${file}": it is a folder`);
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return new UsageError(`Cannot ${verb} "${file}": that is not permitted here`);
  }
  return cause;
}
