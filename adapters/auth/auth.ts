/** People: passwords, sessions, second factors and single sign-on, by better-auth. @module */
import { betterAuth } from "better-auth";
import { genericOAuth, twoFactor } from "better-auth/plugins";
import { Kysely, PostgresDialect } from "kysely";
import { kyselyPool, type Pool } from "./pool.ts";

/** Hours after which a session is over if it is not used. */
const SESSION_HOURS = 12;
/** The least and the most characters of a password. */
export const PASSWORD = { least: 12, most: 128 } as const;

/** A provider of OpenID Connect. */
export interface Oidc {
  /** `https://login.example.org`; its discovery document lies below it. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Roles of whoever comes for the first time, with commas; `""`: none until somebody gives one. */
  readonly role: string;
}

/** What people sign in to. */
export interface AuthOptions {
  readonly pool: Pool;
  /** Signs cookies and encrypts second factors; at least 32 characters. */
  readonly secret: string;
  /** Where people reach the pages: `https://aurora.example.org`. */
  readonly baseUrl: string;
  /** The header that says where a request came from. */
  readonly peerHeader: string;
  readonly oidc?: Oidc | undefined;
  /** Told of what better-auth complains about. */
  onTrouble(message: string): void;
}

/** Somebody with a session. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** Roles, with commas. */
  readonly role: string;
}

/** What {@linkcode createAuth} gives. */
export interface Auth {
  /** Answers everything under `/api/auth`. */
  handle(request: Request): Promise<Response>;
  /** Whose session it is; undefined if it is nobody's, or over. */
  person(request: Request): Promise<Person | undefined>;
  /** Makes an account. */
  create(person: Omit<Person, "id"> & { readonly password: string }): Promise<void>;
}

/** Sign-in of people. The tables are those of the schema `access`. */
export function createAuth(o: AuthOptions): Auth {
  const auth = betterAuth(optionsOf(o));
  return {
    handle: (request) => auth.handler(request),
    async person(request) {
      const found = await auth.api.getSession({ headers: request.headers });
      if (found === null) return undefined;
      const { id, name, email } = found.user;
      return { id, name, email, role: String((found.user as { role?: unknown }).role ?? "") };
    },
    async create({ name, email, role, password }) {
      const context = await auth.$context;
      const hash = await context.password.hash(password);
      const address = email.toLowerCase();
      const user = await context.internalAdapter.createUser({
        name,
        email: address,
        emailVerified: true,
        role,
      }, { method: "admin" });
      await context.internalAdapter.linkAccount({
        userId: user.id,
        providerId: "credential",
        accountId: user.id,
        password: hash,
      });
    },
  };
}

// deno-lint-ignore explicit-function-return-type
function optionsOf(o: AuthOptions) {
  const dialect = new PostgresDialect({ pool: kyselyPool(o.pool) });
  const db = new Kysely<Record<string, unknown>>({ dialect }).withSchema("access");
  const isSecure = o.baseUrl.startsWith("https:");
  return {
    appName: "Aurora",
    // deno-lint-ignore no-explicit-any
    database: { db: db as any, type: "postgres" as const },
    secret: o.secret,
    baseURL: o.baseUrl,
    // The front answers under its own names only, so the address that was asked is ours.
    trustedOrigins: (request?: Request) =>
      request === undefined ? [o.baseUrl] : [o.baseUrl, new URL(request.url).origin],
    emailAndPassword: {
      enabled: true,
      // Accounts are made by links that an administrator hands out.
      disableSignUp: true,
      minPasswordLength: PASSWORD.least,
      maxPasswordLength: PASSWORD.most,
    },
    user: {
      additionalFields: {
        role: {
          type: "string" as const,
          required: false,
          input: false,
          defaultValue: o.oidc?.role ?? "",
        },
      },
    },
    session: { expiresIn: SESSION_HOURS * 3_600, updateAge: 3_600 },
    rateLimit: {
      enabled: true,
      storage: "database" as const,
      window: 60,
      max: 120,
      customRules: {
        "/sign-in/email": { window: 60, max: 10 },
        "/two-factor/verify-totp": { window: 60, max: 5 },
        "/two-factor/verify-backup-code": { window: 60, max: 5 },
      },
    },
    advanced: {
      useSecureCookies: isSecure,
      cookiePrefix: "aurora",
      ipAddress: { ipAddressHeaders: [o.peerHeader] },
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax" as const, secure: isSecure },
    },
    telemetry: { enabled: false },
    logger: {
      level: "warn" as const,
      log: (level: string, message: string) => o.onTrouble(`sign-in (${level}): ${message}`),
    },
    plugins: [twoFactor({ issuer: "Aurora" }), ...(o.oidc ? [singleSignOn(o.oidc)] : [])],
  };
}

const singleSignOn = (oidc: Oidc) =>
  genericOAuth({
    config: [{
      providerId: "sso",
      clientId: oidc.clientId,
      clientSecret: oidc.clientSecret,
      discoveryUrl: `${oidc.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
      scopes: ["openid", "email", "profile"],
      pkce: true,
    }],
  });
