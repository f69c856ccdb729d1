/**
 * All quality rules.
 *
 * @module
 */
import { gamificationRules } from "./gamification.ts";
import { integrationRules } from "./integrations.ts";
import { lifeEventRules } from "./life_events.ts";
import type { Rule } from "./rule.ts";
import { userRules } from "./users.ts";

/** In the order in which they are shown. */
export const rules: readonly Rule[] = [
  ...lifeEventRules,
  ...userRules,
  ...integrationRules,
  ...gamificationRules,
];
