/** A known weakness of a dependency that we live with for a while. */
export interface Accepted {
  /** Its advisory: `GHSA-xxxx-xxxx-xxxx`. */
  readonly advisory: string;
  /** Why it does no harm here, or why nothing else can be done. */
  readonly reason: string;
  /** The last day on which it is accepted: `2026-12-31`. Then it is looked at again. */
  readonly until: string;
}

/** What `deno task dependencies:audit` lets pass. Nothing is, at present. */
export const ACCEPTED: readonly Accepted[] = [];
