import type { Queries } from "../connect.ts";
import { mustBeRoles } from "./roles.ts";
import { hashOf, newSecret } from "./secret.ts";

/** What a link lets somebody become. */
export interface Invitation {
  /** Roles of the account, with commas. */
  readonly role: string;
  /** How long the link leads somewhere. */
  readonly hours: number;
  /** It is for the first account: worthless as soon as there is any. */
  readonly first: boolean;
}

/**
 * Makes a link of one use; gives its secret, which is kept nowhere.
 *
 * @throws {UnknownName} If there is no such role.
 */
export async function invite(sql: Queries, { role, hours, first }: Invitation): Promise<string> {
  const roles = await mustBeRoles(sql, role);
  const secret = newSecret();
  await sql`insert into access.invitation (hash, role, first, expires_at)
    values (${await hashOf(secret)}, ${roles}, ${first},
      clock_timestamp() + ${hours}::float8 * interval '1 hour')`;
  return secret;
}

/** Uses a link up, if it leads anywhere: of two who try at once, one gets the role. */
export async function useInvitation(sql: Queries, secret: string): Promise<string | undefined> {
  const [used] = await sql<{ role: string }[]>`
    update access.invitation set used_at = clock_timestamp()
    where hash = ${await hashOf(secret)} and used_at is null and expires_at > clock_timestamp()
      and not (first and exists (select from access."user"))
    returning role`;
  return used?.role;
}

/** Makes a link as good as new, since no account came of its use. */
export async function giveBack(sql: Queries, secret: string): Promise<void> {
  await sql`update access.invitation set used_at = null where hash = ${await hashOf(secret)}`;
}
