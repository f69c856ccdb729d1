/**
 * Saying with which code runs are planned and workers work.
 *
 * @module
 */
import { codeVersion } from "../graph/code_version.ts";
import type { Definitions } from "../graph/define.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Submission } from "../ledger/records.ts";

/**
 * The same ledger for a process with some code: what it submits is for workers with the same code, and the workers that
 * join through it take nothing else.
 */
export function withCodeVersion(
  ledger: Ledger,
  definitions: Pick<Definitions, "assets" | "checksOf">,
): Ledger {
  const code = codeVersion(definitions);
  const marked = (s: Submission): Submission => ({ ...s, code });
  return {
    ...ledger,
    submit: (s) => ledger.submit(marked(s)),
    advance: (a) => ledger.advance({ ...a, submissions: a.submissions.map(marked) }),
    advanceBackfill: (a) =>
      ledger.advanceBackfill({
        ...a,
        submissions: a.submissions.map((s) => ({ ...s, run: marked(s.run) })),
      }),
    join: (hello) => ledger.join({ ...hello, code }),
  };
}
