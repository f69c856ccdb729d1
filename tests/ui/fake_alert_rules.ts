import { type AlertRuleService, type AlertRuleView, UnknownName } from "engine";
import { FakeCrew } from "./fake_crew.ts";

const wait = { form: 'a time like "15m" or "2h"', by: null, at: null } as const;

const RULES: readonly AlertRuleView[] = [
  {
    ...wait,
    name: "queue",
    about: "A step waits for a worker for more than",
    value: "15m",
    source: "built in",
    setting: "AURORA_ALERT_QUEUE",
    otherwise: "15m",
  },
  {
    ...wait,
    name: "outbox",
    about: "An event waits to be sent for more than",
    value: "10m",
    source: "environment",
    setting: "AURORA_ALERT_OUTBOX",
    otherwise: "10m",
  },
  {
    name: "smtp.severity",
    about: "smtp is told of what is at least",
    value: "critical",
    source: "people",
    setting: "AURORA_ALERT_SEVERITY",
    otherwise: "warning",
    form: '"warning", "error" or "critical"',
    by: "ada",
    at: "2025-01-27T21:00:00.000Z",
  },
];

/** Three rules, one from each source. */
export class FakeAlertRules extends FakeCrew implements AlertRuleService {
  #rules = RULES;

  alertRules(): Promise<readonly AlertRuleView[]> {
    return Promise.resolve(this.#rules);
  }

  setAlertRule(
    name: string,
    { value, by = "api" }: { readonly value: string | null; readonly by?: string | undefined },
  ): Promise<AlertRuleView> {
    const found = this.#rules.find((r) => r.name === name);
    if (!found) return Promise.reject(new UnknownName("alert rule", name, undefined));
    const rule: AlertRuleView = value === null
      ? { ...found, value: found.otherwise, source: "built in", by: null, at: null }
      : { ...found, value, source: "people", by, at: "2025-01-28T08:30:00.000Z" };
    this.#rules = this.#rules.map((r) => r.name === name ? rule : r);
    return Promise.resolve(rule);
  }
}
