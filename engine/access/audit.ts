/** What is written down about who did what. @module */
import type { Principal } from "./authorize.ts";

/** One line of the audit log; it is written before the deed, and never changed. */
export interface AuditEntry {
  /** Who; undefined: somebody unknown. */
  readonly who: Pick<Principal, "kind" | "id" | "name"> | undefined;
  /** `POST /api/v1/runs/:id/cancel`, `sign in`, `create token`. */
  readonly action: string;
  /** What it was about: a path, an address, a name. */
  readonly target: string;
  /** `allowed` was begun, `denied` was not; `failed` is a sign-in with wrong words. */
  readonly outcome: "allowed" | "denied" | "failed";
  /** The address it came from; empty if none is known. */
  readonly peer: string;
  /** What else was said, without secrets. */
  readonly detail?: string | undefined;
}

/** A line as it is read. */
export interface AuditLine {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly who: string;
  readonly kind: string;
  readonly action: string;
  readonly target: string;
  readonly outcome: AuditEntry["outcome"];
  readonly peer: string;
  readonly detail: string | null;
}
