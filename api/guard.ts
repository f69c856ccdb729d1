import type { Context, MiddlewareHandler } from "hono";
import { problem } from "./problem.ts";

/** The largest body that is read, bytes. */
export const maxBody = 4 << 20;

/** The answer to a larger one. */
export const tooLarge = (context: Context): Response =>
  problem(context, 413, `Cannot read body: it is over ${maxBody} bytes`);

const local = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Answers only under names that are known to be ours: a page of somebody else that points its own
 * name at this address (DNS rebinding) would otherwise count as the same origin.
 */
export function knownHosts(hosts: readonly string[]): MiddlewareHandler {
  const known = new Set([...local, ...hosts]);
  return async (context, next) => {
    const host = new URL(context.req.url).hostname;
    if (known.has(host)) return await next();
    const hint = `Use one of: ${[...known].join(", ")}`;
    return problem(context, 421, `Cannot answer for host: "${host}" is not known`, hint);
  };
}

/**
 * Refuses what another site's page may make a browser send: a request that changes something must
 * come from this origin, or from no page at all, and must carry JSON, which no form can send.
 */
export const sameOrigin: MiddlewareHandler = async (context, next) => {
  const { req } = context;
  if (req.method === "GET" || req.method === "HEAD" || req.method === "OPTIONS") {
    return await next();
  }
  const site = req.header("sec-fetch-site");
  const origin = req.header("origin");
  const foreign = site !== undefined
    ? site !== "same-origin" && site !== "none"
    : origin !== undefined && origin !== new URL(req.url).origin;
  if (foreign) {
    const from = origin ?? site ?? "unknown";
    return problem(context, 403, `Cannot change anything for another origin: "${from}"`);
  }
  const type = req.header("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    const hint =
      'Send "content-type: application/json" and a JSON body, "{}" if there is nothing to say';
    return problem(context, 415, `Cannot read body: content type "${type}" is not JSON`, hint);
  }
  return await next();
};
