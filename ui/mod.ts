/** The pages over the API: server-rendered, live by islands. @module */
import { type Context, Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { JSX } from "hono/jsx/jsx-runtime";
import { type Bundle, createBundle } from "./bundle.ts";
import {
  ApiProblem,
  auditLines,
  type Client,
  createClient,
  type Fetch,
  type PlanRequest,
  type RunsQuery,
} from "./client.ts";
import type { LayoutEngine } from "./layout/mod.ts";
import { Account, Login, Welcome } from "./pages/access.tsx";
import { Ahead } from "./pages/ahead.tsx";
import { Alerts } from "./pages/alerts.tsx";
import { Asset } from "./pages/asset.tsx";
import { Assets } from "./pages/assets.tsx";
import { Audit } from "./pages/audit.tsx";
import { Automation } from "./pages/automation.tsx";
import { Backfills } from "./pages/backfills.tsx";
import { Connections } from "./pages/connections.tsx";
import { Events } from "./pages/events.tsx";
import { Home } from "./pages/home.tsx";
import { Lineage, LineageCounts } from "./pages/lineage.tsx";
import { Panel } from "./pages/panel.tsx";
import { Plan } from "./pages/plan.tsx";
import { Problem } from "./pages/problem.tsx";
import { Quality } from "./pages/quality.tsx";
import { Run } from "./pages/run.tsx";
import { Runbook } from "./pages/runbook.tsx";
import { Runs } from "./pages/runs.tsx";
import { favicon } from "./parts/icon.tsx";
import { Workers } from "./pages/workers.tsx";
import type { Shell } from "./parts/page.tsx";
import { find, type Selection } from "./found.ts";

export {
  type Box,
  createLayoutEngine,
  type Graph,
  type Layout,
  type LayoutEngine,
} from "./layout/mod.ts";
export type { Fetch } from "./client.ts";

/** What the pages stand on. */
export interface UiOptions {
  /** The API, in this process. */
  readonly fetch: Fetch;
  /** Lays the lineage out. */
  readonly layout: LayoutEngine;
  /** Where bundles are kept from one start to the next: `.cache`. */
  readonly cacheDir: string;
  /** The moment from which ages are seen. */
  readonly now: () => Date;
  /** Whether the login page offers single sign-on. */
  readonly singleSignOn?: boolean;
  /** Told of every error that is not the reader's fault. */
  readonly onError?: (error: unknown) => void;
  /** What to do about alerts, in Markdown. */
  readonly runbook: () => Promise<string>;
}

/** The pages, ready to be served. */
export interface Pages {
  /** Answers a request for a page, or for a file that pages load. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** The page for those who may not see what they asked for: status 403. */
  readonly refusal: (message: string, hint: string) => Promise<Response>;
  /** All routes, so that each can be asked what it needs. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
}

/** More assets than this, and groups are collapsed until somebody opens them. */
const openAtFirst = 150;

/** The pages. */
export function createUi(options: UiOptions): Pages {
  const app = new Hono();
  const client = createClient(options.fetch);
  let bundle: Promise<Bundle> | undefined;
  const files = () => bundle ??= createBundle(options.cacheDir);
  const shell = async (): Promise<Shell> => ({
    files: `/static/${(await files()).hash}`,
    now: options.now(),
    singleSignOn: options.singleSignOn,
  });
  app.use(headers);
  app.onError(async (error, context) => {
    const status = error instanceof ApiProblem ? error.status : 500;
    const hint = error instanceof ApiProblem ? error.hint : null;
    if (status === 500) options.onError?.(error);
    context.status(status);
    return page(context, Problem({ shell: await shell(), status, message: error.message, hint }));
  });
  app.notFound(async (context) => {
    const message = `Cannot find page: "${context.req.path}"`;
    context.status(404);
    return page(context, Problem({ shell: await shell(), status: 404, message, hint: null }));
  });
  addFiles(app, files);
  addLineage(app, client, shell, options.layout);
  addAssets(app, client, shell);
  addRuns(app, client, shell);
  addRest(app, client, shell);
  app.get("/runbook", async (c) => {
    return page(c, Runbook({ shell: await shell(), text: await options.runbook() }));
  });
  addAccess(app, options.fetch, shell);
  return {
    fetch: (request) => app.fetch(request),
    refusal: async (message, hint) => refusalOf(await shell(), message, hint),
    routes: app.routes,
  };
}

/** An answer without a request of its own, under the same headers. */
async function refusalOf(shell: Shell, message: string, hint: string): Promise<Response> {
  const one = new Hono();
  one.use(headers);
  one.get("*", (c) => {
    c.status(403);
    return page(c, Problem({ shell, status: 403, message, hint }));
  });
  return await one.request("/");
}

const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    // Positions of nodes and bars are style attributes; no style element may be slipped in.
    styleSrcAttr: ["'unsafe-inline'"],
    imgSrc: ["'self'", "data:"],
    connectSrc: ["'self'"],
    frameAncestors: ["'none'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    objectSrc: ["'none'"],
  },
  xFrameOptions: "DENY",
  strictTransportSecurity: false,
});

type GetShell = () => Promise<Shell>;

function page(context: Context, element: JSX.Element): Response | Promise<Response> {
  context.header("cache-control", "no-store");
  return context.html("<!doctype html>" + element);
}

function addFiles(app: Hono, files: () => Promise<Bundle>): void {
  app.get("/favicon.svg", (c) => {
    c.header("cache-control", "public, max-age=86400");
    return c.body(favicon, 200, { "content-type": "image/svg+xml" });
  });
  app.get("/favicon.ico", (c) => c.redirect("/favicon.svg", 301));
  app.get("/static/:hash/:name", async (c) => {
    const { hash, name } = c.req.param();
    const bundle = await files();
    const content = await bundle.file(name);
    if (content === undefined) return c.notFound();
    const kept = hash === bundle.hash ? "public, max-age=31536000, immutable" : "no-store";
    const type = name.endsWith(".css") ? "text/css" : "text/javascript";
    return c.body(content, 200, {
      "content-type": `${type}; charset=utf-8`,
      "cache-control": kept,
    });
  });
}

function addLineage(app: Hono, client: Client, shell: GetShell, layout: LayoutEngine): void {
  app.get("/lineage", async (c) => {
    const lineage = await client.lineage();
    const groups = [...new Set(lineage.nodes.map((card) => card.group))];
    const asked = c.req.query("collapsed")?.split(",").filter((name) => groups.includes(name));
    const collapsed = new Set(asked ?? (lineage.nodes.length > openAtFirst ? groups : []));
    const graph = { nodes: lineage.nodes, edges: lineage.edges };
    return page(
      c,
      Lineage({
        shell: await shell(),
        lineage,
        layout: await layout.layout(graph, lineage.hash, collapsed),
        collapsed,
        query: c.req.query("q") ?? "",
      }),
    );
  });
  app.get("/lineage/bar", async (c) => {
    const lineage = await client.lineage();
    return page(c, LineageCounts({ lineage }));
  });
  app.get("/lineage/match", async (c) => {
    const every = async () => (await client.lineage()).nodes;
    const { all, cards, problem = null } = await find(client, every, selectionOf(c));
    return c.json({ all, found: cards.map(({ name, group }) => ({ name, group })), problem });
  });
  app.get("/lineage/panel/:name{.+}", async (c) => {
    c.header("cache-control", "no-store");
    return c.html(Panel({ asset: await client.asset(c.req.param("name")) }));
  });
}

function selectionOf(c: Context): Selection {
  const status = c.req.query("status") ?? "";
  return {
    query: c.req.query("q") ?? "",
    statuses: status === "" ? [] : status.split(","),
    freshness: c.req.query("freshness"),
  };
}

function addAssets(app: Hono, client: Client, shell: GetShell): void {
  app.get("/assets", async (c) => {
    const lineage = await client.lineage();
    const selection = selectionOf(c);
    const found = await find(client, () => Promise.resolve(lineage.nodes), selection);
    return page(c, Assets({ shell: await shell(), lineage, selection, found }));
  });
  app.get("/assets/:name{.+}", async (c) => {
    const name = c.req.param("name");
    const [asset, history, partitions, why, evaluations] = await Promise.all([
      client.asset(name),
      client.history(name, 60),
      client.partitions(name, 90),
      client.why(name).catch(nothingToExplain),
      client.evaluations(name, 20),
    ]);
    const told = { asset, history, partitions, why, evaluations };
    return page(c, Asset({ shell: await shell(), ...told }));
  });
}

/** No slice of it has ended yet: the page says so by its partitions. */
function nothingToExplain(error: unknown): null {
  if (error instanceof ApiProblem && error.status === 400) return null;
  throw error;
}

/** Who may not read logs sees the run without them. */
function notForThem(error: unknown): "hidden" {
  if (error instanceof ApiProblem && error.status === 403) return "hidden";
  throw error;
}

/** A backfill is one row, not one for each of its runs, unless they are asked for. */
function withoutBackfills({ backfill = "none", ...query }: RunsQuery): RunsQuery {
  return backfill === "any" ? query : { ...query, backfill };
}

function addRuns(app: Hono, client: Client, shell: GetShell): void {
  app.get("/runs", async (c) => {
    const query = c.req.query() as RunsQuery;
    const [runs, backfills] = await Promise.all([
      client.runs(withoutBackfills(query)),
      client.backfills({ open: "true" }),
    ]);
    return page(c, Runs({ shell: await shell(), runs, query, backfills }));
  });
  app.get("/backfills", async (c) => {
    const backfills = await client.backfills({ limit: "100" });
    return page(c, Backfills({ shell: await shell(), backfills }));
  });
  app.get("/plan", async (c) => {
    const selection = c.req.query("q")?.trim() ?? "";
    const partition = c.req.query("partition")?.trim() ?? "";
    const request: PlanRequest = {
      ...(selection === "" ? { stale: true } : { selection }),
      ...(partition === "" ? {} : { partitions: [partition] }),
    };
    return page(c, Plan({ shell: await shell(), plan: await client.plan(request), request }));
  });
  app.get("/runs/:id", async (c) => {
    const id = c.req.param("id");
    const [view, log, latest] = await Promise.all([
      client.run(id),
      client.logs(id, 1_000).catch(notForThem),
      client.runs({ limit: "20" }),
    ]);
    return page(c, Run({ shell: await shell(), view, log, latest }));
  });
}

function addRest(app: Hono, client: Client, shell: GetShell): void {
  app.get("/", async (c) => {
    const [about, health, overview] = await Promise.all([
      client.about(),
      client.health(),
      client.overview(),
    ]);
    return page(c, Home({ shell: await shell(), about, health, overview }));
  });
  app.get("/automation", async (c) => {
    const [jobs, sensors] = await Promise.all([client.jobs(), client.sensors()]);
    return page(c, Automation({ shell: await shell(), jobs, sensors }));
  });
  app.get("/automation/ahead", async (c) => {
    const days = c.req.query("days") || "7";
    const slots = c.req.query("slots") ?? "";
    const simulation = await client.simulation(slots === "" ? { days } : { days, slots });
    return page(c, Ahead({ shell: await shell(), simulation, days, slots }));
  });
  app.get("/quality", async (c) => {
    const partition = c.req.query("partition");
    const report = await client.quality(partition).catch((error) => {
      if (error instanceof ApiProblem && error.status === 404 && partition === undefined) {
        return undefined;
      }
      throw error;
    });
    return page(c, Quality({ shell: await shell(), report }));
  });
  app.get("/outbox", async (c) => {
    const topic = c.req.query("topic");
    const [events, about] = await Promise.all([client.events(topic), client.about()]);
    const relayed = about.adapters.events === "kafka";
    return page(c, Events({ shell: await shell(), events, topic, relayed }));
  });
  app.get("/alerts", async (c) => {
    const [alerts, silences, rules] = await Promise.all([
      client.alerts(),
      client.silences(),
      client.alertRules(),
    ]);
    return page(c, Alerts({ shell: await shell(), alerts, silences, rules }));
  });
  app.get("/connections", async (c) => {
    const found = await client.connections();
    return page(c, Connections({ shell: await shell(), found }));
  });
  app.get("/workers", async (c) => {
    const [workers, pools] = await Promise.all([client.workers(), client.pools()]);
    return page(c, Workers({ shell: await shell(), workers, pools }));
  });
}

function addAccess(app: Hono, fetch: Fetch, shell: GetShell): void {
  app.get("/login", async (c) => page(c, Login({ shell: await shell(), to: c.req.query("to") })));
  app.get("/welcome", async (c) => page(c, Welcome({ shell: await shell() })));
  app.get("/account", async (c) => page(c, Account({ shell: await shell() })));
  app.get("/audit", async (c) => {
    const before = c.req.query("before");
    const lines = await auditLines(fetch, before);
    return page(c, Audit({ shell: await shell(), lines }));
  });
}
