/** What may be done, and the roles that may. @module */

/**
 * What can be allowed: `view` (all but logs), `logs`, `trigger` (runs, backfills), `cancel`, `retry`, `operate`
 * (schedules, sensors, pools, alerts) and `administer` (people, tokens, roles, connections, the audit log).
 */
export const PERMISSIONS = [
  "view",
  "logs",
  "trigger",
  "cancel",
  "retry",
  "operate",
  "administer",
] as const;

/** One of {@linkcode PERMISSIONS}. */
export type Permission = (typeof PERMISSIONS)[number];

/** What its holders may do. */
export interface Role {
  /** `ml`. */
  readonly name: string;
  /** What it allows; everything else is denied. */
  readonly permissions: readonly Permission[];
  /** Groups of assets in which it allows to act; all if not given. What may be seen is not limited by it. */
  readonly groups?: readonly string[] | undefined;
}

/** The roles that always exist: `admin`, `ml` (the ML Team) and `ops`. */
export const BUILT_IN_ROLES: readonly Role[] = [
  { name: "admin", permissions: PERMISSIONS },
  { name: "ml", permissions: ["view", "logs", "trigger", "cancel", "retry"] },
  { name: "ops", permissions: ["view"] },
];

/**
 * Reads a permission.
 *
 * @throws {RangeError} If there is no such permission.
 */
export function permissionOf(text: string): Permission {
  const found = PERMISSIONS.find((permission) => permission === text);
  if (found !== undefined) return found;
  throw new RangeError(
    `Cannot read permission: "${text}" is none of ${PERMISSIONS.join(", ")}`,
  );
}

/**
 * Checks the name of a role of one's own.
 *
 * @throws {RangeError} If it is that of a built-in role, or not like `growth_team`.
 */
export function mustBeOwnRole(name: string): void {
  if (BUILT_IN_ROLES.some((role) => role.name === name)) {
    throw new RangeError(`Cannot change role: "${name}" is built in; choose another name`);
  }
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) {
    throw new RangeError(`Cannot name role: "${name}" is not like "growth_team"`);
  }
}
