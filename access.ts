/**
 * Access as it is composed: who is asked for an account, who signs in, and what is written down.
 *
 * @module
 */
import { type AuditEntry, LOCAL, type Principal, withinMs } from "engine";
import { join } from "@std/path";
import { type Auth, createAuth, type Oidc } from "./adapters/auth/auth.ts";
import { auditLines, failedSignIns, writeAudit } from "./adapters/postgres/access/audit.ts";
import { giveBack, invite, useInvitation } from "./adapters/postgres/access/invitations.ts";
import { hasPeople } from "./adapters/postgres/access/people.ts";
import { roleNames, rolesNamed } from "./adapters/postgres/access/roles.ts";
import { newSecret } from "./adapters/postgres/access/secret.ts";
import { principalOfToken } from "./adapters/postgres/access/tokens.ts";
import type { Sql } from "./adapters/postgres/connect.ts";
import { type Access, PEER_HEADER } from "./api/mod.ts";

/**
 * Who has to say who they are: `accounts`, everybody; `until-first`, everybody as soon as there is an account; `nobody`.
 * The last two are for the loopback only.
 */
export type AccessMode = "accounts" | "until-first" | "nobody";

/** What access is made of. */
export interface AccessOptions {
  readonly sql: Sql;
  readonly mode: AccessMode;
  /** Where a secret is kept that was not given. */
  readonly directory: string;
  /** Where people reach the pages. */
  readonly url: string;
  env(name: string): string;
  /** One line for people. */
  print(line: string): void;
}

/** Hours that the first link leads somewhere. */
const FIRST_HOURS = 24;

/** Access over a database. Says who is let in, and how the first account is made. */
export async function openAccess(o: AccessOptions): Promise<Access> {
  const { sql } = o;
  const auth = createAuth({
    // The driver's own type says more about parameters than the port has to know.
    pool: sql as never,
    secret: await secretOf(o),
    baseUrl: o.url,
    peerHeader: PEER_HEADER,
    oidc: oidcOf(o.env),
    onTrouble: o.print,
  });
  const isOpen = await sayWhoEnters(o);
  return {
    handle: (request) => auth.handle(request),
    ...identifier(o, auth, isOpen),
    audit: (entry: AuditEntry) => writeAudit(sql, entry),
    lines: (choice) => auditLines(sql, choice),
    failures: (email, peer) => failedSignIns(sql, email, peer),
    async welcome({ token, email, name, password }) {
      const role = await useInvitation(sql, token);
      if (role === undefined) return undefined;
      try {
        await auth.create({ email, name, password, role });
      } catch (error) {
        await giveBack(sql, token);
        throw error;
      }
      return { role };
    },
  };
}

/** Milliseconds after which it does not matter any more who looks at what everybody may see. */
const GLANCE_MS = 1_000;

/** `isOpen`: whether nobody has to say who they are, as it was at the start. */
function identifier(
  { sql, mode }: AccessOptions,
  auth: Auth,
  isOpen: boolean,
): Pick<Access, "identify" | "glance"> {
  let isAsked = !isOpen;
  const identify: Access["identify"] = async (request) => {
    if (mode === "nobody") return LOCAL;
    const bearer = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    if (bearer !== undefined) return await principalOfToken(sql, bearer.trim());
    // Once there is an account this stays so, also if it is removed: a server does not open by itself.
    isAsked ||= await hasPeople(sql);
    return isAsked ? await personOf(sql, auth, request) : LOCAL;
  };
  const glance = async (request: Request) => {
    try {
      return await withinMs(GLANCE_MS, identify(request));
    } catch {
      return isAsked ? undefined : LOCAL;
    }
  };
  return { identify, glance };
}

async function personOf(sql: Sql, auth: Auth, request: Request): Promise<Principal | undefined> {
  const person = await auth.person(request);
  if (person === undefined) return undefined;
  const { id, email, role } = person;
  return { kind: "person", id, name: email, roles: await rolesNamed(sql, roleNames(role)) };
}

/** Said at every start, so that nobody believes in a lock that is not there. Gives whether there is none. */
async function sayWhoEnters({ sql, mode, url, print }: AccessOptions): Promise<boolean> {
  if (mode === "nobody") {
    print("WARNING: --no-auth: whoever reaches this machine's loopback may do everything");
    return true;
  }
  if (await hasPeople(sql)) return false;
  if (mode === "until-first") {
    print("WARNING: there is no account yet: whoever is on this machine may do everything");
  }
  const secret = await invite(sql, { role: "admin", hours: FIRST_HOURS, first: true });
  print(
    `Make the first account, an administrator's, once and within a day: ${url}/welcome#${secret}`,
  );
  return mode === "until-first";
}

/** Signs the cookies: servers that share a database must share it. */
async function secretOf({ env, directory }: AccessOptions): Promise<string> {
  const given = env("AURORA_AUTH_SECRET");
  if (given.length >= 32) return given;
  if (given !== "") {
    throw new RangeError(
      `Cannot use AURORA_AUTH_SECRET: it has ${given.length} characters, not 32 or more; ` +
        `make one by: openssl rand -base64 48`,
    );
  }
  const path = join(directory, "auth_secret");
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.mkdir(directory, { recursive: true });
  try {
    await Deno.writeTextFile(path, newSecret(), { createNew: true, mode: 0o600 });
  } catch (error) {
    // Another server of this directory was faster: its secret is the one.
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  return await Deno.readTextFile(path);
}

function oidcOf(env: (name: string) => string): Oidc | undefined {
  const issuer = env("AURORA_OIDC_ISSUER");
  if (issuer === "") return undefined;
  const [clientId, clientSecret] = [env("AURORA_OIDC_CLIENT_ID"), env("AURORA_OIDC_CLIENT_SECRET")];
  if (clientId !== "" && clientSecret !== "") {
    return { issuer, clientId, clientSecret, role: env("AURORA_OIDC_ROLE") };
  }
  throw new RangeError(
    "Cannot use AURORA_OIDC_ISSUER: AURORA_OIDC_CLIENT_ID and AURORA_OIDC_CLIENT_SECRET must be set too",
  );
}
