/**
 * Rules of alerts for people.
 *
 * @module
 */
import { masked } from "../../declare/secret.ts";
import { type Choice, choices, choose, type RuleDefault } from "../../notice/rule_choices.ts";
import { RULE_FORMS, ruleValue } from "../../notice/rule_values.ts";
import type { AlertRuleService, AlertRuleView } from "../alert_rule_views.ts";
import type { ServiceOptions } from "./ports.ts";

/** The part of the service that is about rules of alerts. */
export function alertRuleService(o: ServiceOptions): AlertRuleService {
  const defaults = o.alertRules ?? [];
  const views = async () => {
    const chosen = await choices(o.ledger);
    return defaults.map((rule) => viewOf(rule, chosen[rule.name]));
  };
  return {
    alertRules: views,
    async setAlertRule(name, { value, by = "api" }) {
      const text = value === null ? null : value.trim();
      await choose(o.ledger, defaults, { name, value: text, by: masked(by), now: o.clock.now() });
      return (await views()).find((r) => r.name === name)!;
    },
  };
}

function viewOf(rule: RuleDefault, choice: Choice | undefined): AlertRuleView {
  const { name, about, setting, kind } = rule;
  const plain = { name, about, setting, otherwise: rule.value, form: RULE_FORMS[kind] };
  if (choice !== undefined && ruleValue(kind, choice.value) !== null) {
    return { ...plain, ...choice, source: "people" };
  }
  const source = rule.isSet ? "environment" : "built in";
  return { ...plain, value: rule.value, source, by: null, at: null };
}
