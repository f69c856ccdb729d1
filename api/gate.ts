/** Who may pass: the table of permissions applied to requests from outside and from pages. @module */
import {
  type AuditEntry,
  authorize,
  type Decision,
  dependsOnGroups,
  LOCAL,
  type Principal,
} from "engine";
import { Hono } from "hono";
import { getPath } from "hono/utils/url";
import { answerAs, asker } from "./asker.ts";
import type { Handler } from "./front.ts";
import { type Need, NEEDS, type Target } from "./permissions.ts";

/** Knows who asks, and writes down who did what. */
export interface Guard {
  /** Who sent the request; undefined: nobody that is known. */
  identify(request: Request): Promise<Principal | undefined>;
  /**
   * Who asks for what everybody may see: found out within a second, else it is as it was known last. It does not fail.
   *
   * @default {nobody, where it cannot be found out}
   */
  glance?(request: Request): Promise<Principal | undefined>;
  /** Writes a line before the deed; what cannot be written down is not done. */
  audit(entry: AuditEntry): Promise<void>;
}

/** A route of Hono, as `app.routes` lists it. */
export interface Route {
  readonly method: string;
  readonly path: string;
}

/** What a gate is made of. */
export interface GateOptions extends Guard {
  /** Every route behind the gate. */
  readonly routes: readonly Route[];
  /** Groups of the assets that a request touches; undefined: unknown, or all. */
  groupsOf(target: Target, request: Request): Promise<readonly string[] | undefined>;
}

/** A route as people and the audit log name it, with what it needs. */
export interface Matched {
  readonly route: string;
  readonly need: Need;
}

/** Judges requests. */
export interface Gate extends Required<Guard> {
  /** What a request needs: all of it; empty if there is no such route. */
  needs(request: Request): readonly Matched[];
  /** Whether somebody may do what a request asks for. */
  judge(
    request: Request,
    matched: readonly Matched[],
    who: Principal | undefined,
  ): Promise<Decision>;
  /** Answers as somebody: what pages ask the API meanwhile is asked by them. */
  as<T>(who: Principal | undefined, answer: () => T): T;
  /** The API for pages of the same process: may do what the one who looks at the page may do. */
  inside(api: Handler): Handler;
}

/** Routes that the table does not know, each as `GET /path`. Middleware is no route. */
export function undeclared(routes: readonly Route[]): readonly string[] {
  const names = routes.filter(({ path }) => path !== "/*" && path !== "*")
    .map(({ method, path }) => `${method} ${path}`);
  return [...new Set(names)].filter((name) => !Object.hasOwn(NEEDS, name));
}

/**
 * A gate before some routes.
 *
 * @throws {RangeError} If one of them declares no permission: nothing is served then.
 */
export function createGate(o: GateOptions): Gate {
  const unknown = undeclared(o.routes);
  if (unknown.length > 0) {
    throw new RangeError(
      `Cannot serve "${unknown.join('", "')}": what it needs is not declared in api/permissions.ts`,
    );
  }
  const needs = matcher();
  const judge: Gate["judge"] = async (request, matched, who) => {
    for (const { need } of matched.length > 0 ? matched : [UNKNOWN]) {
      const decision = await decide(o, need, request, who);
      if (!decision.allowed) return decision;
    }
    return { allowed: true };
  };
  return {
    identify: o.identify,
    glance: o.glance ?? ((request) => o.identify(request).catch(() => undefined)),
    audit: o.audit,
    needs,
    judge,
    as: answerAs,
    inside: (api) => async (request) => {
      const decision = await judge(request, needs(request), asker());
      return decision.allowed ? await api(request) : refused(decision.reason);
    },
  };
}

/** What leads nowhere: only those who may look are told so. */
const UNKNOWN: Matched = { route: "unknown", need: { permission: "view" } };

async function decide(
  o: GateOptions,
  { permission, target }: Need,
  request: Request,
  who: Principal | undefined,
): Promise<Decision> {
  if (permission === "public") return { allowed: true };
  if (who === undefined) return { allowed: false, reason: "nobody is signed in" };
  if (permission === "self") return { allowed: true };
  const groups = target !== undefined && dependsOnGroups(who, permission)
    ? await o.groupsOf(target, request)
    : undefined;
  return authorize(who, permission, groups);
}

/** Finds routes as Hono finds them, by its own router. */
function matcher(): Gate["needs"] {
  const { router } = new Hono<{ Bindings: Matched }>();
  // The router carries whatever it is given; Hono's type only allows handlers.
  const known = router as unknown as {
    add(method: string, path: string, matched: Matched): void;
    match(method: string, path: string): [[Matched, unknown][], unknown?];
  };
  for (const [route, need] of Object.entries(NEEDS)) {
    const [method = "", path = ""] = route.split(" ");
    known.add(method, path, { route, need });
  }
  return (request) => {
    const method = request.method === "HEAD" ? "GET" : request.method;
    return known.match(method, getPath(request))[0].map(([matched]) => matched);
  };
}

/** The answer to a page that asks for more than the one who looks at it may see. */
function refused(reason: string): Response {
  const message = `Cannot show this: ${reason}`;
  return Response.json({ error: "forbidden", message, hint: null }, { status: 403 });
}

/** Everybody is let in, as somebody on this machine: for the loopback, and for tests. */
export function openGate(routes: readonly Route[]): Gate {
  return createGate({
    routes,
    identify: () => Promise.resolve(LOCAL),
    audit: () => Promise.resolve(),
    groupsOf: () => Promise.resolve(undefined),
  });
}
