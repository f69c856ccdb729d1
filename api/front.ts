import type { Principal } from "engine";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";
import type { Gate, Matched } from "./gate.ts";
import { knownHosts, maxBody, sameOrigin, tooLarge } from "./guard.ts";
import { isApiPath } from "./paths.ts";
import { peerOf } from "./peer.ts";
import { problem } from "./problem.ts";

/** Answers a request. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** What stands behind one address. */
export interface FrontOptions {
  /** Everything under the paths of {@link isApiPath}. */
  readonly api: Handler;
  /** Everything that is not the API. */
  readonly pages: Handler;
  /** Who may pass. */
  readonly gate: Gate;
  /** Names under which this server is reached, besides those of the loopback. */
  readonly hosts?: readonly string[];
  /** Whether browsers come by https only, so that they may be told to stay with it. */
  readonly isSecure?: boolean;
  /** Tells somebody who asked for a page why they may not see it. @default {as the API tells it} */
  readonly refusal?: (message: string, hint: string) => Response | Promise<Response>;
  /** Told of what went wrong at the gate. */
  readonly onError?: (error: unknown) => void;
}

/** API and pages behind one address, which answers only under its own names, and only those who may ask. */
export function createFront(o: FrontOptions): Handler {
  const app = new Hono();
  app.onError((error, c) => {
    o.onError?.(error);
    return problem(c, 503, "Cannot tell who may do this now: the server's log has the details");
  });
  app.use(headers(o.isSecure === true), knownHosts(o.hosts ?? []), sameOrigin);
  app.use(bodyLimit({ maxSize: maxBody, onError: tooLarge }));
  app.all("*", (c) => pass(c, o));
  return (request) => app.fetch(request);
}

const headers = (isSecure: boolean) =>
  secureHeaders({
    xFrameOptions: "DENY",
    referrerPolicy: "same-origin",
    strictTransportSecurity: isSecure ? "max-age=31536000" : false,
  });

async function pass(c: Context, o: FrontOptions): Promise<Response> {
  const { api, pages, gate } = o;
  const request = c.req.raw;
  const matched = gate.needs(request);
  const isOpen = matched.length > 0 &&
    matched.every(({ need }) => need.permission === "public");
  const who = isOpen ? await readerOf(request, matched, gate) : await gate.identify(request);
  const decision = await gate.judge(request, matched, who);
  if (isDeed(request, matched) || (!decision.allowed && who !== undefined)) {
    await gate.audit({
      who,
      action: matched[0]?.route ?? `${request.method} unknown`,
      target: c.req.path,
      outcome: decision.allowed ? "allowed" : "denied",
      peer: peerOf(request),
      ...(decision.allowed ? {} : { detail: decision.reason }),
    });
  }
  if (!decision.allowed) return await refuse(c, o, { who, reason: decision.reason });
  return await gate.as(who, () => isApiPath(c.req.path) ? api(request) : pages(request));
}

/** Who asks for what is public, if that makes a difference; nobody if it cannot be found out now. */
async function readerOf(request: Request, matched: readonly Matched[], gate: Gate) {
  if (!matched.some(({ need }) => need.tellsMore === true)) return undefined;
  return await gate.glance(request);
}

/** Whether it may change something. What is about signing in writes its own lines. */
const isDeed = (request: Request, matched: readonly Matched[]): boolean =>
  !["GET", "HEAD", "OPTIONS"].includes(request.method) &&
  matched.some(({ need }) => !["public", "self", "view"].includes(need.permission));

async function refuse(
  c: Context,
  { refusal }: FrontOptions,
  { who, reason }: { readonly who: Principal | undefined; readonly reason: string },
): Promise<Response> {
  const isPage = !isApiPath(c.req.path) && c.req.method === "GET";
  if (who !== undefined) {
    const [message, hint] = [`Cannot do this: ${reason}`, "An administrator can give another role"];
    return await (isPage && refusal?.(message, hint) || problem(c, 403, message, hint));
  }
  if (isPage) {
    const { pathname, search } = new URL(c.req.url);
    return c.redirect(`/login?to=${encodeURIComponent(pathname + search)}`);
  }
  c.header("www-authenticate", 'Bearer realm="Aurora"');
  return problem(c, 401, `Cannot do this: ${reason}`, "Sign in, or send a token as Bearer");
}
