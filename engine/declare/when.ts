/**
 * Rules for requesting an asset without being asked: data, so that they can be stored, compared and explained.
 *
 * @module
 */

/** An operand about the slice itself. */
export type OwnOperand =
  | "missing"
  | "missingUnhandled"
  | "stale"
  | "codeChanged"
  | "inFlight"
  | "failed"
  | "checkFailed"
  | "latest"
  | "late";

/** An operand about the slices that a slice reads. */
export type DepsOperand =
  | "depsUpdated"
  | "allDepsUpdated"
  | "depsMissing"
  | "depsInFlight"
  | "depsCheckFailed"
  | "depsFailed";

/** Which upstreams an operand looks at: selections as on the command line, `group:models` or `+raw/a`. All without. */
export interface Among {
  /** Only upstreams that it names. */
  readonly only?: string;
  /** Not those that it names. */
  readonly except?: string;
}

/** A name that is shown in place of the rule. */
export interface Labelled {
  /** `eager`. */
  readonly label?: string;
}

/** What may be asked of a single slice of an upstream. */
export type OwnCondition =
  & Labelled
  & (
    | { readonly is: OwnOperand }
    | { readonly is: "and" | "or"; readonly of: readonly OwnCondition[] }
    | { readonly is: "not"; readonly of: OwnCondition }
  );

/** What may be asked of upstreams: of all or of some. */
export type DepsCondition =
  & Labelled
  & Among
  & (
    | { readonly is: DepsOperand }
    | { readonly is: "anyDeps" | "allDeps"; readonly of: OwnCondition }
    | {
      readonly is: "allDepsUpdatedSinceCron";
      readonly cron: string;
      readonly timezone: string;
    }
  );

/** A rule for requesting an asset by itself. */
export type Condition =
  | DepsCondition
  | Labelled
    & (
      | { readonly is: OwnOperand }
      | { readonly is: "cron"; readonly cron: string; readonly timezone: string }
      | { readonly is: "inLatestWindow"; readonly slices: number }
      | { readonly is: "and" | "or"; readonly of: readonly Condition[] }
      | { readonly is: "not" | "newly"; readonly of: Condition }
      | { readonly is: "since"; readonly of: Condition; readonly reset: Condition }
    );

const own = <const Is extends OwnOperand>(is: Is): { readonly is: Is } => ({ is });
const deps = (is: DepsOperand): DepsCondition => ({ is });
const not = <C extends Condition>(of: C): { readonly is: "not"; readonly of: C } => ({
  is: "not",
  of,
});

/** What everything that is requested by itself waits for. */
const READY: readonly Condition[] = [
  not(deps("depsMissing")),
  not(deps("depsInFlight")),
  not(deps("depsCheckFailed")),
  not(own("inFlight")),
];

/** The usual conditions. They combine with `and`, `or`, `not`. */
export const when: {
  /** Nothing is visible. */
  readonly missing: { readonly is: "missing" };
  /** Nothing is visible and it was never asked for. */
  readonly missingUnhandled: { readonly is: "missingUnhandled" };
  /** The visible version was made by other code or from other inputs. */
  readonly stale: { readonly is: "stale" };
  /** The code or the config changed since it was last asked for. */
  readonly codeChanged: { readonly is: "codeChanged" };
  /** Asked for or begun, and not ended. */
  readonly inFlight: { readonly is: "inFlight" };
  /** The last attempt failed. */
  readonly failed: { readonly is: "failed" };
  /** A blocking check withholds the newest version. */
  readonly checkFailed: { readonly is: "checkFailed" };
  /** It is the newest slice. */
  readonly latest: { readonly is: "latest" };
  /** The last success is older than the asset's freshness allows. */
  readonly late: { readonly is: "late" };
  /** It is among the newest `slices`. */
  inLatestWindow(slices: number): Condition;
  /** An input changed since it was last asked for. */
  readonly depsUpdated: DepsCondition;
  /** Every input changed since it was last asked for. */
  readonly allDepsUpdated: DepsCondition;
  /** An input is not there. */
  readonly depsMissing: DepsCondition;
  /** An input is being made. */
  readonly depsInFlight: DepsCondition;
  /** A blocking check withholds an input. */
  readonly depsCheckFailed: DepsCondition;
  /** The last attempt of an input failed. */
  readonly depsFailed: DepsCondition;
  /** The operand about some upstreams alone: `when.among(when.depsUpdated, { except: "tag:slow" })`. */
  among(operand: DepsCondition, upstreams: Among): DepsCondition;
  /** Some slice that it reads is so. */
  anyDeps(of: OwnCondition, among?: Among): DepsCondition;
  /** Every slice that it reads is so; also if there is none. */
  allDeps(of: OwnCondition, among?: Among): DepsCondition;
  /** A cron ticked since it was last asked for; ticks that were missed are one. */
  cron(cron: string, timezone?: string): Condition;
  /** Every input was built after the newest tick of a cron, also to the same. */
  allDepsUpdatedSinceCron(cron: string, timezone?: string): DepsCondition;
  /** It became true since it was last asked for. */
  newly(of: Condition): Condition;
  /** `of` became true, and `reset` has not become true since. */
  since(of: Condition, reset: Condition): Condition;
  /** Missing, or an upstream or the code changed; once its inputs are there and at rest. The newest slice alone. */
  readonly eager: Condition;
  /** Never built; once its inputs are there and at rest. The newest slice alone. */
  readonly onMissing: Condition;
  /** At each tick of a cron, once every input was built after it. The newest slice alone. */
  onCron(cron: string, timezone?: string): Condition;
  /** All of them. */
  and<C extends readonly Condition[]>(...of: C): { readonly is: "and"; readonly of: C };
  /** Any of them. */
  or<C extends readonly Condition[]>(...of: C): { readonly is: "or"; readonly of: C };
  /** The opposite. */
  not<C extends Condition>(of: C): { readonly is: "not"; readonly of: C };
  /** The same under a name. */
  label(label: string, of: Condition): Condition;
} = {
  missing: own("missing"),
  missingUnhandled: own("missingUnhandled"),
  stale: own("stale"),
  codeChanged: own("codeChanged"),
  inFlight: own("inFlight"),
  failed: own("failed"),
  checkFailed: own("checkFailed"),
  latest: own("latest"),
  late: own("late"),
  inLatestWindow: (slices) => {
    if (Number.isSafeInteger(slices) && slices > 0) return { is: "inLatestWindow", slices };
    throw new RangeError(`Cannot declare condition: a window of ${slices} is not 1 or more slices`);
  },
  depsUpdated: deps("depsUpdated"),
  allDepsUpdated: deps("allDepsUpdated"),
  depsMissing: deps("depsMissing"),
  depsInFlight: deps("depsInFlight"),
  depsCheckFailed: deps("depsCheckFailed"),
  depsFailed: deps("depsFailed"),
  among: (operand, upstreams) => ({ ...operand, ...upstreams }),
  anyDeps: (of, among = {}) => ({ is: "anyDeps", of, ...among }),
  allDeps: (of, among = {}) => ({ is: "allDeps", of, ...among }),
  cron: (cron, timezone = "UTC") => ({ is: "cron", cron, timezone }),
  allDepsUpdatedSinceCron: (cron, timezone = "UTC") => ({
    is: "allDepsUpdatedSinceCron",
    cron,
    timezone,
  }),
  newly: (of) => ({ is: "newly", of }),
  since: (of, reset) => ({ is: "since", of, reset }),
  eager: {
    is: "and",
    label: "eager",
    of: [
      own("latest"),
      { is: "or", of: [own("missingUnhandled"), deps("depsUpdated"), own("codeChanged")] },
      ...READY,
    ],
  },
  onMissing: {
    is: "and",
    label: "on missing",
    of: [own("latest"), own("missingUnhandled"), ...READY],
  },
  onCron: (cron, timezone = "UTC") => ({
    is: "and",
    label: `on cron "${cron}" (${timezone})`,
    of: [
      own("latest"),
      { is: "cron", cron, timezone },
      { is: "allDepsUpdatedSinceCron", cron, timezone },
      not(own("inFlight")),
    ],
  }),
  and: (...of) => ({ is: "and", of }),
  or: (...of) => ({ is: "or", of }),
  not,
  label: (label, of) => ({ ...of, label }),
};
