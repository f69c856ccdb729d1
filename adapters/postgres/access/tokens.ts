import { type Permission, permissionOf, type Principal } from "engine";
import type { Queries } from "../connect.ts";
import { mustBeRoles, roleNames, rolesNamed } from "./roles.ts";
import { hashOf, isSame, newSecret } from "./secret.ts";

/** Days that a token may live at most. */
export const MOST_DAYS = 366;

/** What a new token is to be. */
export interface NewToken {
  /** Which machine has it: `ci`. */
  readonly name: string;
  /** What it may do: `ml`, or several with commas. */
  readonly role: string;
  /** Less than the role allows; no limit if not given. */
  readonly scopes?: readonly Permission[] | undefined;
  /** How long it is valid. */
  readonly days: number;
  /** Who made it. */
  readonly by: string;
}

/** A token as it is listed; its secret is nowhere. */
export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly scopes: readonly string[] | null;
  readonly by: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** To the minute; null if it was never used. */
  readonly usedAt: Date | null;
  readonly revokedAt: Date | null;
}

/**
 * Makes a token; what is given is shown once and kept nowhere.
 *
 * @throws {RangeError} If it would live for ever, or for no time.
 * @throws {UnknownName} If there is no such role.
 */
export async function createToken(
  sql: Queries,
  { name, role, scopes, days, by }: NewToken,
): Promise<{ readonly id: string; readonly token: string }> {
  if (!(days > 0 && days <= MOST_DAYS)) {
    throw new RangeError(`Cannot make token: it lives ${days} days, not up to ${MOST_DAYS}`);
  }
  const roles = await mustBeRoles(sql, role);
  const id = crypto.randomUUID().replaceAll("-", "").slice(0, 12);
  const secret = newSecret();
  await sql`insert into access.token (id, name, hash, role, scopes, created_by, expires_at)
    values (${id}, ${name}, ${await hashOf(secret)}, ${roles}, ${
    scopes ? [...scopes] : null
  }, ${by},
      clock_timestamp() + ${days}::float8 * interval '1 day')`;
  return { id, token: `aurora_${id}_${secret}` };
}

/** All tokens, the newest first. */
export async function tokens(sql: Queries): Promise<readonly TokenView[]> {
  return await sql<TokenView[]>`
    select id, name, role, scopes, created_by as by, created_at as "createdAt", expires_at as "expiresAt",
      used_at as "usedAt", revoked_at as "revokedAt"
    from access.token order by created_at desc`;
}

/** Ends a token at once. Gives whether there was one that lived. */
export async function revokeToken(sql: Queries, id: string): Promise<boolean> {
  const done = await sql`
    update access.token set revoked_at = clock_timestamp() where id = ${id} and revoked_at is null`;
  return done.count > 0;
}

type Found = { name: string; hash: Uint8Array; role: string; scopes: string[] | null };

/** Who sends this token; undefined if it is none, was revoked, or is over. */
export async function principalOfToken(
  sql: Queries,
  token: string,
): Promise<Principal | undefined> {
  const [, id, secret] = /^aurora_([0-9a-f]{12})_([\w-]{43})$/.exec(token) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  const [found] = await sql<Found[]>`
    select name, hash, role, scopes from access.token
    where id = ${id} and revoked_at is null and expires_at > clock_timestamp()`;
  const hash = await hashOf(secret);
  if (found === undefined || !isSame(hash, found.hash)) return undefined;
  await sql`update access.token set used_at = clock_timestamp()
    where id = ${id} and (used_at is null or used_at < clock_timestamp() - interval '1 minute')`;
  return {
    kind: "token",
    id,
    name: found.name,
    roles: await rolesNamed(sql, roleNames(found.role)),
    scopes: found.scopes?.map(permissionOf),
  };
}
