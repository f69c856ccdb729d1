/**
 * Rules of alerts as people see and set them.
 *
 * @module
 */

/** A rule, how it stands, and why so. */
export interface AlertRuleView {
  /** `queue`; of a channel `smtp.severity`. */
  readonly name: string;
  /** What it decides. */
  readonly about: string;
  /** What holds. */
  readonly value: string;
  /** Where that is from; what people chose wins over the environment. */
  readonly source: "built in" | "environment" | "people";
  /** The variable of the environment that sets it. */
  readonly setting: string;
  /** What holds if nobody chooses. */
  readonly otherwise: string;
  /** How values are written. */
  readonly form: string;
  /** Who chose, and when; null if nobody did. */
  readonly by: string | null;
  readonly at: string | null;
}

/** Looking at rules of alerts, and setting them. */
export interface AlertRuleService {
  /** All there are: thresholds, then what each channel is told of. */
  alertRules(): Promise<readonly AlertRuleView[]>;
  /** Chooses a value for all servers; null lets what is set elsewhere hold again. */
  setAlertRule(
    name: string,
    request: { readonly value: string | null; readonly by?: string | undefined },
  ): Promise<AlertRuleView>;
}
