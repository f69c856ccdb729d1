/** Signing in and out, making an account by a link, and what administrators look at. @module */
import {
  type AuditEntry,
  type AuditLine,
  authorize,
  dependsOnGroups,
  PERMISSIONS,
  type Principal,
} from "engine";
import { type Context, Hono } from "hono";
import { z } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { tooLarge } from "./guard.ts";
import { peerOf } from "./peer.ts";
import { problem } from "./problem.ts";

/** Sign-in as the API needs it. */
export interface Access {
  /** Answers the routes under `/api/auth` that are listed here. */
  handle(request: Request): Promise<Response>;
  /** Who sent the request. */
  identify(request: Request): Promise<Principal | undefined>;
  /** Who asks for what everybody may see; it does not wait for a database that is silent. */
  glance(request: Request): Promise<Principal | undefined>;
  /** Makes an account by a link; undefined if the link leads nowhere. */
  welcome(account: NewAccount): Promise<{ readonly role: string } | undefined>;
  /** Sign-ins with wrong words within 15 minutes, from this place and from all. */
  failures(email: string, peer: string): Promise<{ readonly here: number; readonly all: number }>;
  audit(entry: AuditEntry): Promise<void>;
  lines(choice: {
    readonly limit: number;
    readonly before?: string | undefined;
    readonly who?: string | undefined;
  }): Promise<readonly AuditLine[]>;
}

/** What a link is answered with. */
export interface NewAccount {
  readonly token: string;
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

/** What better-auth may be asked from outside; its other endpoints lead nowhere. */
const AUTH_ROUTES = [
  ["GET", "/api/auth/get-session"],
  ["POST", "/api/auth/sign-out"],
  ["POST", "/api/auth/sign-in/social"],
  ["GET", "/api/auth/callback/:id"],
  ["POST", "/api/auth/change-password"],
  ["POST", "/api/auth/revoke-other-sessions"],
  ["POST", "/api/auth/two-factor/enable"],
  ["POST", "/api/auth/two-factor/disable"],
  ["POST", "/api/auth/two-factor/verify-totp"],
  ["POST", "/api/auth/two-factor/verify-backup-code"],
] as const;

/** Wrong passwords for an address within 15 minutes, after which more are not tried. */
const MOST_FAILURES = { here: 10, all: 100 } as const;

const SignIn = z.object({ email: z.string().max(320), password: z.string().max(1_000) });
const Account = z.object({
  token: z.string().max(100),
  email: z.email().max(320),
  name: z.string().trim().min(1).max(100),
  password: z.string().min(12).max(128),
});
const Lines = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  before: z.string().regex(/^\d{1,18}$/).optional(),
  who: z.string().max(200).optional(),
});

/** The largest body of these routes, bytes. */
const MOST_BYTES = 16 << 10;

/** Routes under `/api/auth` and `/api/v1/access`. */
export function createAccessApi(access: Access): Hono {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: MOST_BYTES, onError: tooLarge }));
  app.post("/api/auth/sign-in/email", (c) => signIn(c, access));
  for (const [method, path] of AUTH_ROUTES) {
    app.on(method, path, (c) => secondStep(c, access));
  }
  app.get("/api/v1/access/me", async (c) => {
    const who = await access.identify(c.req.raw);
    if (who === undefined) return problem(c, 401, "Cannot tell who you are: nobody is signed in");
    const { kind, name, roles } = who;
    // Of a role that is limited to groups too: whether it is enough for one asset is said when it is asked for.
    const may = PERMISSIONS.filter((p) => dependsOnGroups(who, p) || authorize(who, p).allowed);
    return c.json({ kind, name, roles: roles.map((role) => role.name), may });
  });
  app.post("/api/v1/access/welcome", (c) => welcome(c, access));
  app.get("/api/v1/access/audit", async (c) => {
    const choice = Lines.safeParse(c.req.query());
    if (!choice.success) return problem(c, 400, `Cannot read query: ${issues(choice.error)}`);
    return c.json(await access.lines(choice.data));
  });
  app.onError((error, c) => {
    if (error instanceof SyntaxError) return problem(c, 400, "Cannot read body: it is no JSON");
    throw error;
  });
  return app;
}

async function signIn(c: Context, access: Access): Promise<Response> {
  const asked = SignIn.safeParse(await c.req.raw.clone().json());
  if (!asked.success) return problem(c, 400, `Cannot sign in: ${issues(asked.error)}`);
  const email = asked.data.email.toLowerCase();
  const peer = peerOf(c.req.raw);
  const line = { who: undefined, action: "sign in", target: email, peer } as const;
  const failures = await access.failures(email, peer);
  if (failures.here >= MOST_FAILURES.here || failures.all >= MOST_FAILURES.all) {
    await access.audit({ ...line, outcome: "denied", detail: "too many wrong passwords" });
    return problem(c, 429, "Cannot sign in: too many wrong passwords", "Wait 15 minutes");
  }
  const answer = await access.handle(c.req.raw);
  if (answer.ok) await access.audit({ ...line, outcome: "allowed" });
  if (answer.status === 401) await access.audit({ ...line, outcome: "failed" });
  return answer;
}

/** What changes something is written down by its own name; passwords and codes are not. */
async function secondStep(c: Context, access: Access): Promise<Response> {
  if (c.req.method === "GET") return await access.handle(c.req.raw);
  const who = await access.identify(c.req.raw);
  const answer = await access.handle(c.req.raw);
  await access.audit({
    who,
    action: c.req.path.slice("/api/auth/".length),
    target: who?.name ?? "",
    outcome: answer.ok ? "allowed" : "failed",
    peer: peerOf(c.req.raw),
  });
  return answer;
}

async function welcome(c: Context, access: Access): Promise<Response> {
  const asked = Account.safeParse(await c.req.json());
  if (!asked.success) return problem(c, 400, `Cannot make account: ${issues(asked.error)}`);
  const made = await access.welcome(asked.data);
  const line = {
    who: undefined,
    action: "use link",
    target: asked.data.email,
    peer: peerOf(c.req.raw),
  };
  await access.audit({ ...line, outcome: made ? "allowed" : "denied", detail: made?.role });
  if (made !== undefined) return c.json(made, 201);
  const hint = "An administrator can make another by: deno task people invite ROLE";
  return problem(c, 403, "Cannot make account: the link was used, is over, or never was", hint);
}

const issues = (error: z.ZodError): string =>
  error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");

/** Whether a path belongs to these routes. */
export const isAccessPath = (path: string): boolean => /^\/api\/(auth|v1\/access)\//.test(path);
