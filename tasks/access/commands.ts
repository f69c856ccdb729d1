/** What `deno task tokens|people|roles|audit` do; each gives the lines to print. @module */
import {
  type AuditEntry,
  BUILT_IN_ROLES,
  nearest,
  type Permission,
  permissionOf,
  type Principal,
  UnknownName,
} from "engine";
import { auditLines } from "../../adapters/postgres/access/audit.ts";
import { invite } from "../../adapters/postgres/access/invitations.ts";
import { giveRole, people, removePerson } from "../../adapters/postgres/access/people.ts";
import { keepRole, ownRoles, removeRole } from "../../adapters/postgres/access/roles.ts";
import { createToken, revokeToken, tokens } from "../../adapters/postgres/access/tokens.ts";
import type { Sql } from "../../adapters/postgres/connect.ts";
import { table } from "../../cli/table.ts";

/** How they are called. */
export const HELP = `Usage:
  deno task tokens [list]                                        tokens of machines
  deno task tokens create NAME --role ROLE [--scopes view,logs] [--days 90]
  deno task tokens revoke ID
  deno task people [list]                                        who has an account
  deno task people invite ROLE [--hours 72]                      a link by which somebody makes one
  deno task people role E-MAIL ROLE                              other roles, with commas; "" for none
  deno task people remove E-MAIL
  deno task roles [list]
  deno task roles set NAME PERMISSION,… [--groups GROUP,…]       a role of one's own
  deno task roles remove NAME
  deno task audit [list] [--limit 100] [--who NAME]              who did what, the newest first
Lists speak JSON by --json. Permissions: view, logs, trigger, cancel, retry, operate, administer.`;

/** What was asked for. */
export interface Call {
  readonly what: string;
  readonly verb: string;
  readonly words: readonly string[];
  readonly who: Pick<Principal, "kind" | "id" | "name">;
  readonly baseUrl: string;
  readonly isJson: boolean;
  text(option: string): string | undefined;
}

type Audit = (entry: Omit<AuditEntry, "who" | "peer" | "outcome">) => Promise<void>;
type Act = (sql: Sql, call: Call, audit: Audit) => Promise<readonly string[]>;

/** Does what was asked for; what changes something is written down first. */
export async function run(sql: Sql, call: Call, audit: Audit): Promise<readonly string[]> {
  const act = ACTS[`${call.what} ${call.verb}`];
  if (act !== undefined) return await act(sql, call, audit);
  throw new SyntaxError(`Cannot do "${call.what} ${call.verb}": there is no such command\n${HELP}`);
}

const ACTS: Readonly<Record<string, Act>> = {
  "tokens list": async (sql, call) =>
    list(
      call,
      await tokens(sql),
      ["ID", "NAME", "ROLE", "SCOPES", "EXPIRES", "USED", "STATE"],
      (t) => [
        t.id,
        t.name,
        t.role,
        t.scopes?.join(",") ?? "all of the role",
        day(t.expiresAt),
        day(t.usedAt),
        t.revokedAt ? "revoked" : t.expiresAt.getTime() < Date.now() ? "expired" : "valid",
      ],
    ),
  "tokens create": async (sql, call, audit) => {
    const name = word(call, 0, "NAME");
    const role = call.text("role");
    if (role === undefined) throw new SyntaxError(`Cannot create token: say --role\n${HELP}`);
    const scopes = call.text("scopes")?.split(",").map((s): Permission => permissionOf(s.trim()));
    const days = number(call, "days", 90);
    await audit({ action: "tokens create", target: name, detail: `role ${role}, ${days} days` });
    const { id, token } = await createToken(sql, { name, role, scopes, days, by: call.who.name });
    return [token, `Token ${id} is shown this once; send it as: Authorization: Bearer ${"…"}`];
  },
  "tokens revoke": async (sql, call, audit) => {
    const id = word(call, 0, "ID");
    await audit({ action: "tokens revoke", target: id });
    if (await revokeToken(sql, id)) return [`Token ${id} is revoked`];
    const known = (await tokens(sql)).filter((t) => t.revokedAt === null).map((t) => t.id);
    throw new UnknownName("valid token", id, nearest(id, known));
  },
  "people list": async (sql, call) =>
    list(call, await people(sql), ["E-MAIL", "NAME", "ROLE", "2FA", "SINCE", "SEEN"], (p) => [
      p.email,
      p.name,
      p.role || "none",
      p.twoFactor ? "yes" : "no",
      day(p.createdAt),
      day(p.seenAt),
    ]),
  "people invite": async (sql, call, audit) => {
    const role = word(call, 0, "ROLE");
    const hours = number(call, "hours", 72);
    await audit({ action: "people invite", target: role, detail: `${hours} hours` });
    const secret = await invite(sql, { role, hours, first: false });
    return [
      `${call.baseUrl}/welcome#${secret}`,
      `The link makes one account, within ${hours} hours`,
    ];
  },
  "people role": async (sql, call, audit) => {
    const [email, role] = [word(call, 0, "E-MAIL"), call.words[1] ?? ""];
    await audit({ action: "people role", target: email, detail: role });
    if (!await giveRole(sql, email, role)) throw await unknownPerson(sql, email);
    return [`${email} has ${role === "" ? "no role" : role} from now on`];
  },
  "people remove": async (sql, call, audit) => {
    const email = word(call, 0, "E-MAIL");
    await audit({ action: "people remove", target: email });
    if (!await removePerson(sql, email)) throw await unknownPerson(sql, email);
    return [`${email} has no account any more`];
  },
  "roles list": async (sql, call) =>
    list(call, [...BUILT_IN_ROLES, ...await ownRoles(sql)], ["ROLE", "GROUPS", "ALLOWS"], (r) => [
      r.name,
      r.groups?.join(",") ?? "all",
      r.permissions.join(", "),
    ]),
  "roles set": async (sql, call, audit) => {
    const name = word(call, 0, "NAME");
    const permissions = word(call, 1, "PERMISSION,…").split(",").map((p) => permissionOf(p.trim()));
    const groups = call.text("groups")?.split(",").map((group) => group.trim());
    const detail = `${permissions.join(",")} in ${groups?.join(",") ?? "all groups"}`;
    await audit({ action: "roles set", target: name, detail });
    await keepRole(sql, { name, permissions, groups });
    return [`Role ${name} allows ${detail}`];
  },
  "roles remove": async (sql, call, audit) => {
    const name = word(call, 0, "NAME");
    await audit({ action: "roles remove", target: name });
    if (await removeRole(sql, name)) return [`Role ${name} is gone`];
    throw new UnknownName("role", name, nearest(name, (await ownRoles(sql)).map((r) => r.name)));
  },
  "audit list": async (sql, call) => {
    const lines = await auditLines(sql, {
      limit: number(call, "limit", 100),
      who: call.text("who"),
    });
    return list(call, lines, ["AT", "WHO", "OUTCOME", "ACTION", "TARGET"], (line) => [
      line.at,
      line.who,
      line.outcome,
      line.action,
      [line.target, line.detail].filter(Boolean).join(" — "),
    ]);
  },
};

function list<T>(
  { isJson }: Call,
  rows: readonly T[],
  head: readonly string[],
  cells: (row: T) => readonly string[],
): readonly string[] {
  if (isJson) return [JSON.stringify(rows, null, 2)];
  return table({ color: false, columns: 10_000 }, head, rows.map(cells));
}

const day = (at: Date | null): string => at?.toISOString().slice(0, 10) ?? "-";

function word(call: Call, at: number, name: string): string {
  const found = call.words[at];
  if (found !== undefined && found !== "") return found;
  throw new SyntaxError(`Cannot do "${call.what} ${call.verb}": ${name} is missing\n${HELP}`);
}

function number(call: Call, option: string, otherwise: number): number {
  const n = Number(call.text(option) ?? otherwise);
  if (Number.isFinite(n) && n > 0) return n;
  throw new RangeError(`Cannot read --${option}: "${call.text(option)}" is no number above 0`);
}

async function unknownPerson(sql: Sql, email: string): Promise<UnknownName> {
  return new UnknownName("person", email, nearest(email, (await people(sql)).map((p) => p.email)));
}
