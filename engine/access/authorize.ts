/** Whether somebody may do something. @module */
import { BUILT_IN_ROLES, type Permission, type Role } from "./role.ts";

/** Who asks. */
export interface Principal {
  /** A person, a machine's token, whoever is on this machine, or the command line. */
  readonly kind: "person" | "token" | "local" | "cli";
  /** Unlike any other of its kind. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  /** What it may do is what any of them allows. */
  readonly roles: readonly Role[];
  /** Nothing but these, whatever the roles allow; no limit if not given. */
  readonly scopes?: readonly Permission[] | undefined;
}

/** Whoever reaches a server that asks nobody who they are: it listens on the loopback only. */
export const LOCAL: Principal = {
  kind: "local",
  id: "local",
  name: "anybody on this machine",
  roles: BUILT_IN_ROLES.slice(0, 1),
};

/** Yes, or no and why. */
export type Decision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: string };

const SEEING: ReadonlySet<Permission> = new Set(["view", "logs"]);
const YES: Decision = { allowed: true };

/**
 * Decides; nothing is allowed unless a role says so.
 *
 * `groups` are those of the assets that would be touched. Not given or empty means the whole installation, for which a
 * role that is limited to groups is not enough. What may be seen is not limited by groups.
 *
 * @example A role that may run the models only
 * ```ts
 * import { authorize } from "engine";
 * import { assertEquals } from "@std/assert";
 *
 * const role = { name: "modellers", permissions: ["view", "trigger"], groups: ["models"] } as const;
 * const ada = { kind: "person", id: "1", name: "Ada", roles: [role] } as const;
 * assertEquals(authorize(ada, "trigger", ["models"]).allowed, true);
 * assertEquals(authorize(ada, "trigger", ["models", "features"]).allowed, false);
 * ```
 */
export function authorize(
  who: Principal,
  permission: Permission,
  groups?: readonly string[],
): Decision {
  if (who.scopes !== undefined && !who.scopes.includes(permission)) {
    return no(`${who.name} has no scope "${permission}"`);
  }
  const allowing = who.roles.filter((role) => role.permissions.includes(permission));
  if (allowing.length === 0) return no(`no role of ${who.name} allows "${permission}"`);
  if (SEEING.has(permission) || allowing.some((role) => role.groups === undefined)) return YES;
  const limits = new Set(allowing.flatMap((role) => role.groups ?? []));
  const only = `"${permission}" only in ${[...limits].map((group) => `"${group}"`).join(", ")}`;
  if (groups === undefined || groups.length === 0) {
    return no(`${who.name} is allowed ${only}, and this is about more than groups of assets`);
  }
  const outside = groups.find((group) => !limits.has(group));
  return outside === undefined ? YES : no(`${who.name} is allowed ${only}, not in "${outside}"`);
}

/** Whether the answer to {@linkcode authorize} can depend on the groups that are touched. */
export function dependsOnGroups(who: Principal, permission: Permission): boolean {
  if (SEEING.has(permission)) return false;
  const allowing = who.roles.filter((role) => role.permissions.includes(permission));
  return allowing.length > 0 && allowing.every((role) => role.groups !== undefined);
}

const no = (reason: string): Decision => ({ allowed: false, reason });
