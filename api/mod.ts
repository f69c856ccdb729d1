/** The HTTP API over the engine's service: JSON, server-sent events, OpenAPI. @module */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Service } from "engine";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { alertRoutes } from "./alert_routes.ts";
import { alertRuleRoutes } from "./alert_rule_routes.ts";
import { assetRoutes } from "./asset_routes.ts";
import { backfillRoutes } from "./backfill_routes.ts";
import { connectionRoutes } from "./connection_routes.ts";
import { crewRoutes } from "./crew_routes.ts";
import { guardedDocument } from "./document.ts";
import { knownHosts, maxBody, sameOrigin, tooLarge } from "./guard.ts";
import { createHub } from "./hub.ts";
import { problem, problemOf } from "./problem.ts";
import { runRoutes } from "./run_routes.ts";
import { steeringRoutes } from "./steering_routes.ts";
import { stream } from "./stream.ts";
import { systemRoutes } from "./system_routes.ts";

export { type Access, createAccessApi, isAccessPath, type NewAccount } from "./access_routes.ts";
export { createFront, type FrontOptions, type Handler } from "./front.ts";
export {
  createGate,
  type Gate,
  type GateOptions,
  type Guard,
  openGate,
  type Route,
  undeclared,
} from "./gate.ts";
export { groupsBy } from "./groups.ts";
export { isApiPath } from "./paths.ts";
export { PEER_HEADER, peerOf, withPeer } from "./peer.ts";
export { type Need, NEEDS, type Target } from "./permissions.ts";

/** What the server may add to the API. */
export interface ApiOptions {
  /** Names under which this server is reached, besides those of the loopback. */
  readonly hosts?: readonly string[];
  /** Told of every error that is not the caller's fault. */
  readonly onError?: (error: unknown) => void;
}

/** The API over a service: hand its `fetch` to a server, and to the pages. */
// deno-lint-ignore explicit-function-return-type explicit-module-boundary-types
export function createApi(service: Service, options: ApiOptions = {}) {
  const app = new OpenAPIHono();
  const hub = createHub(service);
  app.onError((error, context) => {
    const answer = problemOf(error, context);
    if (answer.status >= 500) options.onError?.(error);
    return answer;
  });
  app.use(knownHosts(options.hosts ?? []), sameOrigin, limitBody);
  app.get("/events", (context) => stream(context, hub));
  app.get(
    "/api/openapi.json",
    (context) => context.json(guardedDocument(app.getOpenAPI31Document(about))),
  );
  const routes = app
    .route("/", systemRoutes(service))
    .route("/", assetRoutes(service))
    .route("/", runRoutes(service))
    .route("/", steeringRoutes(service))
    .route("/", backfillRoutes(service))
    .route("/", crewRoutes(service))
    .route("/", alertRoutes(service))
    .route("/", connectionRoutes(service))
    .route("/", alertRuleRoutes(service));
  app.all("/api/v1/assets/*", (context) => unescapedName(context, app));
  app.notFound((context) => notFound(context, app));
  return routes;
}

/** What the typed client is made from. */
export type AppType = ReturnType<typeof createApi>;

const about = {
  openapi: "3.1.0",
  info: { title: "Aurora", version: "1", description: "Assets, runs and what they made" },
};

const limitBody = bodyLimit({ maxSize: maxBody, onError: tooLarge });

/** `/api/v1/assets/features/activity` means what `/api/v1/assets/features%2Factivity` does. */
function unescapedName(context: Context, app: OpenAPIHono): Response | Promise<Response> {
  const url = new URL(context.req.url);
  const rest = url.pathname.slice("/api/v1/assets/".length);
  const [, name = rest, action = ""] =
    /^(.+?)(\/history|\/partitions|\/why|\/evaluations)?$/.exec(rest) ?? [];
  if (!name.includes("/")) return notFound(context, app);
  url.pathname = `/api/v1/assets/${name.replaceAll("/", "%2F")}${action}`;
  return app.fetch(new Request(url, context.req.raw));
}

/** 405 if the path exists for another method, else 404. */
function notFound(context: Context, app: OpenAPIHono): Response {
  const { path, method } = context.req;
  const routes = app.routes.filter((route) => route.method !== "ALL" && fits(route.path, path));
  const allowed = [...new Set(routes.map((route) => route.method))];
  if (allowed.length === 0 || allowed.includes(method)) {
    return problem(context, 404, `Cannot find path: "${path}"`, "See /api/openapi.json");
  }
  context.header("allow", allowed.join(", "));
  return problem(context, 405, `Cannot ${method} "${path}"`, `Allowed: ${allowed.join(", ")}`);
}

function fits(pattern: string, path: string): boolean {
  const expected = pattern.split("/");
  const given = path.split("/");
  return expected.length === given.length &&
    expected.every((part, i) => part.startsWith(":") || part === given[i]);
}
