/** Counts what `deno test` reports. @module */

/** How many tests went well, and how many did not or did not run. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

const SUMMARY =
  /^(?:ok|FAILED) \| (\d+) passed(?: \(.*?\))? \| (\d+) failed(?: \(.*?\))?(?: \| (\d+) ignored)?/;

/**
 * Reads the summary line of one run of `deno test` that ended with `code`, without colours.
 *
 * Ignored tests count as failed: a test that does not run proves nothing. So does a run that
 * ended badly without naming a failed test: it broke off, or did not compile.
 */
export function tally(output: string, code: number): Tally {
  const summary = output.split("\n").findLast((line) => SUMMARY.test(line));
  const counts = SUMMARY.exec(summary ?? "")?.slice(1) ?? [];
  const [passed = 0, failed = 0, ignored = 0] = counts.map((count) => Number(count ?? 0));
  const bad = failed + ignored;
  return { passed, failed: code !== 0 && bad === 0 ? 1 : bad };
}

/** Adds up; `null` stands for a part that was not asked for. */
export function total(parts: readonly (Tally | null)[]): Tally {
  return {
    passed: parts.reduce((sum, part) => sum + (part?.passed ?? 0), 0),
    failed: parts.reduce((sum, part) => sum + (part?.failed ?? 0), 0),
  };
}
