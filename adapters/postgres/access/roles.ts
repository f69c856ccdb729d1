import {
  BUILT_IN_ROLES,
  mustBeOwnRole,
  nearest,
  permissionOf,
  type Role,
  UnknownName,
} from "engine";
import type { Queries } from "../connect.ts";

type Row = { name: string; permissions: string[]; groups: string[] | null };

/** The roles that were made here; a permission that this program does not know is left out. */
export async function ownRoles(sql: Queries): Promise<readonly Role[]> {
  const rows = await sql<Row[]>`select name, permissions, groups from access.role order by name`;
  return rows.map(({ name, permissions, groups }) => ({
    name,
    permissions: permissions.map(permissionOf),
    ...(groups === null ? {} : { groups }),
  }));
}

/** The roles of these names; one that is gone allows nothing. */
export async function rolesNamed(
  sql: Queries,
  names: readonly string[],
): Promise<readonly Role[]> {
  const builtIn = BUILT_IN_ROLES.filter((role) => names.includes(role.name));
  if (builtIn.length === names.length) return builtIn;
  return [...builtIn, ...(await ownRoles(sql)).filter((role) => names.includes(role.name))];
}

/** Names of roles as they are stored: `admin,growth_team`. */
export const roleNames = (text: string): readonly string[] =>
  text.split(",").map((name) => name.trim()).filter(Boolean);

/** @throws {UnknownName} If one of the roles does not exist. */
export async function mustBeRoles(sql: Queries, text: string): Promise<string> {
  const known = [...BUILT_IN_ROLES, ...await ownRoles(sql)].map((role) => role.name);
  const names = roleNames(text);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new UnknownName("role", unknown, nearest(unknown, known));
  return names.join(",");
}

/**
 * Makes a role, or changes it for all who have it.
 *
 * @throws {RangeError} If its name is built in or unreadable.
 */
export async function keepRole(sql: Queries, role: Role): Promise<void> {
  mustBeOwnRole(role.name);
  const groups = role.groups === undefined ? null : [...role.groups];
  await sql`insert into access.role (name, permissions, groups)
    values (${role.name}, ${[...role.permissions]}, ${groups})
    on conflict (name) do update set permissions = excluded.permissions, groups = excluded.groups`;
}

/** Removes a role; whoever has it may no longer do what it allowed. Gives whether there was one. */
export async function removeRole(sql: Queries, name: string): Promise<boolean> {
  mustBeOwnRole(name);
  return (await sql`delete from access.role where name = ${name}`).count > 0;
}
