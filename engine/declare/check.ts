/**
 * Statements about a value that are tested after it was computed.
 *
 * @module
 */
import { declaredAt } from "./declared_at.ts";
import type { Asset, Metadata, None } from "./asset.ts";
import type { OutOf, PartitionsOf } from "./deps.ts";
import type { KeyOf } from "./partitions.ts";
import type { Lent, Resources } from "./resource.ts";

/** How bad it is when a statement does not hold. */
export type Severity = "critical" | "error" | "warning";

/** The outcome of a check. */
export interface CheckResult {
  /** Whether the statement holds. */
  readonly passed: boolean;
  /** Why not, for people. */
  readonly reason?: string;
  /** Overrides the declared severity, where it depends on how much is wrong. */
  readonly severity?: Severity;
  /** Shown and plotted. */
  readonly metadata?: Metadata;
}

/** A declared check. */
export interface Check<Name extends string = string> {
  /** Tells checks from other exports of a module. */
  readonly kind: "check";
  /** Where it is declared, `assets/x.ts:12`. */
  readonly declaredAt: string;
  /** Unique within its asset. */
  readonly name: Name;
  /** What it states, in one sentence. */
  readonly description: string;
  /** What it is about. */
  readonly asset: Asset;
  /** How bad a failure is. */
  readonly severity: Severity;
  /** Whether a failure keeps the new version from becoming visible and downstream assets from running. */
  readonly blocking: boolean;
  /** What it borrows. */
  readonly resources: Resources;
  /** Tests one slice. */
  run(value: unknown, at: { partition: unknown; resources: unknown }): Promise<CheckResult>;
}

/** The statement holds. */
export const pass = (metadata: Metadata = {}): CheckResult => ({ passed: true, metadata });
/** The statement does not hold, because of `reason`. */
export const fail = (reason: string, metadata: Metadata = {}): CheckResult => ({
  passed: false,
  reason,
  metadata,
});

/** What `check()` takes. */
export interface CheckOptions<A extends Asset, Name extends string, R extends Resources> {
  /** {@linkcode Check.name} */
  readonly name: Name;
  /** {@linkcode Check.description} */
  readonly description?: string;
  /** {@linkcode Check.severity} @default {"error"} */
  readonly severity?: Severity;
  /** {@linkcode Check.blocking} @default {false} */
  readonly blocking?: boolean;
  /** {@linkcode Check.resources} */
  readonly resources?: R;
  /** Tests one slice. */
  run(
    value: OutOf<A>,
    at: {
      readonly partition: KeyOf<PartitionsOf<A>>;
      readonly resources: { readonly [K in keyof R]: Lent<R[K]> };
    },
  ): CheckResult | Promise<CheckResult>;
}

/** Declares a check of `asset`; the value arrives in the type the asset returns. */
export function check<A extends Asset, const Name extends string, R extends Resources = None>(
  asset: A,
  options: CheckOptions<A, Name, R>,
): Check<Name> {
  return {
    kind: "check",
    declaredAt: declaredAt(),
    name: options.name,
    description: options.description ?? "",
    asset,
    severity: options.severity ?? "error",
    blocking: options.blocking ?? false,
    resources: options.resources ?? {},
    async run(value, at) {
      return await options.run(value as OutOf<A>, at as never);
    },
  };
}
