import type { Queries } from "../connect.ts";
import { mustBeRoles } from "./roles.ts";

/** A person as they are listed. */
export interface PersonView {
  readonly email: string;
  readonly name: string;
  /** Roles, with commas; empty: nothing is allowed. */
  readonly role: string;
  readonly twoFactor: boolean;
  readonly createdAt: Date;
  /** When they last signed in, if a session of it is left. */
  readonly seenAt: Date | null;
}

/** Everybody who has an account. */
export async function people(sql: Queries): Promise<readonly PersonView[]> {
  return await sql<PersonView[]>`
    select u.email, u.name, u.role, coalesce(u."twoFactorEnabled", false) as "twoFactor",
      u."createdAt", (select max(s."createdAt") from access.session s where s."userId" = u.id) as "seenAt"
    from access."user" u order by u.email`;
}

/** Whether anybody has an account. */
export async function hasPeople(sql: Queries): Promise<boolean> {
  const [row] = await sql<{ some: boolean }[]>`
    select exists (select from access."user") as some`;
  return row!.some;
}

/**
 * Gives somebody other roles, from their next request on; `""` takes all away.
 *
 * @throws {UnknownName} If there is no such role.
 */
export async function giveRole(sql: Queries, email: string, role: string): Promise<boolean> {
  const roles = await mustBeRoles(sql, role);
  const done =
    await sql`update access."user" set role = ${roles} where email = ${email.toLowerCase()}`;
  return done.count > 0;
}

/** Removes an account with its sessions. What they did stays in the audit log. */
export async function removePerson(sql: Queries, email: string): Promise<boolean> {
  return (await sql`delete from access."user" where email = ${email.toLowerCase()}`).count > 0;
}
