/**
 * Limits of time and memory that can be kept.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import type { Problem } from "../declare/errors.ts";

/** Bytes that a process with nothing but the program in it needs, and a step that does little. */
const LEAST_MEMORY = 200_000_000;
/** Milliseconds that a timer can wait: 24 days and some hours. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** What is wrong with the limits of an asset. */
export function limitProblems(asset: Asset): readonly Problem[] {
  const { name, timeout, grace, memory, declaredAt } = asset;
  const wrong: string[] = [];
  if (timeout !== undefined && !(timeout > 0 && timeout <= LONGEST_TIMEOUT)) {
    wrong.push(`timeout of "${name}": ${timeout} ms found, it is more than 0 and at most 24 days`);
  }
  if (grace !== undefined && !(grace <= LONGEST_TIMEOUT)) {
    wrong.push(`grace of "${name}": ${grace} ms found, it is at most 24 days`);
  }
  if (grace !== undefined && timeout === undefined && memory === undefined) {
    wrong.push(
      `grace of "${name}": it declares neither a timeout nor a memory limit, so it runs in the ` +
        "worker and cannot be killed",
    );
  }
  if (memory !== undefined && !(memory >= LEAST_MEMORY && Number.isFinite(memory))) {
    wrong.push(
      `memory of "${name}": ${memory} bytes found, its process needs at least 200 MB (2e8)`,
    );
  }
  return wrong.map((w) => ({ message: `Cannot keep the ${w}`, at: declaredAt, names: [name] }));
}
