import { Hono } from "hono";
import { knownHosts } from "./guard.ts";
import { isApiPath } from "./paths.ts";

/** Answers a request. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** What stands behind one address. */
export interface FrontOptions {
  /** Everything under the paths of {@link isApiPath}. */
  readonly api: Handler;
  /** Everything that is not the API. */
  readonly pages: Handler;
  /** Names under which this server is reached, besides those of the loopback. */
  readonly hosts?: readonly string[];
}

/** API and pages behind one address, which answers only under its own names. */
export function createFront({ api, pages, hosts = [] }: FrontOptions): Handler {
  const app = new Hono();
  app.use(knownHosts(hosts));
  app.all("*", ({ req }) => isApiPath(req.path) ? api(req.raw) : pages(req.raw));
  return (request) => app.fetch(request);
}
