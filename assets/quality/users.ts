/**
 * Rules about accounts: those that existed at T.
 *
 * @module
 */
import { daysBefore, type Rule, type Scope } from "./rule.ts";

const table = "users";
const existing = ({ sql, at }: Scope) => sql`aurora_life.users where created_at < ${at}`;
const checked = (scope: Scope) => scope.sql`select count(*) as n from ${existing(scope)}`;

/** Rules of `source/users`. */
export const userRules: readonly Rule[] = [
  {
    name: "user_email",
    table,
    description: "The e-mail address is missing or malformed",
    severity: "error",
    checked,
    offending: (scope) =>
      scope.sql`
        select id::text as key from ${existing(scope)}
          and (email is null or email !~ ${scope.config.users.email})`,
  },
  {
    name: "user_email_duplicate",
    table,
    description:
      "An older account has the same e-mail address, upper and lower case being the same",
    severity: "critical",
    checked,
    offending: (scope) =>
      scope.sql`
        select id::text as key from (
          select id, row_number() over (partition by lower(email) order by created_at, id) as n
          from ${existing(scope)} and email is not null
        ) twins where n > 1`,
  },
  {
    name: "user_tier",
    table,
    description: "The subscription tier is unknown",
    severity: "critical",
    checked,
    offending: (scope) =>
      scope.sql`
        select id::text as key from ${existing(scope)}
          and coalesce(subscription_tier, '') <> all(${scope.config.users.tiers}::text[])`,
  },
  {
    name: "user_active_state",
    table,
    description: "It is active and deactivated, or inactive without having been deactivated",
    severity: "error",
    checked,
    offending: (scope) =>
      scope.sql`
        select id::text as key from ${existing(scope)}
          and coalesce(is_active, false) = (deactivated_at is not null)`,
  },
  {
    name: "user_unseen",
    table,
    description: "An active, paying user has not been seen for a long time",
    severity: "warning",
    checked,
    offending(scope) {
      const { paid, unseenDays } = scope.config.users;
      const before = daysBefore(scope.at, unseenDays);
      return scope.sql`
        select id::text as key from ${existing(scope)}
          and is_active and subscription_tier = any(${paid}::text[])
          and coalesce(last_active_at, created_at) < ${before}`;
    },
  },
];
