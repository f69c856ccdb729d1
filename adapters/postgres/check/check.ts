import type { Sql } from "../connect.ts";
import { type Invariant, INVARIANTS } from "./invariants.ts";

/** What was found of one invariant. */
export interface Checked {
  /** What must hold. */
  readonly name: string;
  /** How it does not, in sentences; none if it holds. */
  readonly violations: readonly string[];
}

/**
 * Looks whether everything that must hold does. Each statement sees one moment, so it may be asked while everything
 * runs; what is written while it looks is no violation.
 */
export async function check(
  sql: Sql,
  invariants: readonly Invariant[] = INVARIANTS,
): Promise<readonly Checked[]> {
  const checked: Checked[] = [];
  for (const { name, find } of invariants) {
    const found = await find(sql);
    checked.push({ name, violations: found.map((f) => f.sentence) });
  }
  return checked;
}
