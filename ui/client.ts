import { type ClientResponse, hc } from "hono/client";
import type { AppType } from "../api/mod.ts";

/** Answers a request of the pages: the API in this process. */
export type Fetch = (request: Request) => Response | Promise<Response>;

/** The API refused, or has no such thing. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  /** HTTP status. */
  readonly status: 404 | 403 | 400 | 500;
  /** What would be right, if the API knows. */
  readonly hint: string | null;

  /** From the problem document that the API answered with. */
  constructor(status: number, body: { message: string; hint: string | null }) {
    super(body.message);
    this.status = status === 404 || status === 403 || status === 400 ? status : 500;
    this.hint = body.hint;
  }
}

type Answer<R> = R extends ClientResponse<infer Body, infer Status, "json">
  ? Status extends 200 | 202 ? Body : never
  : never;

async function answer<R extends ClientResponse<unknown, number, "json">>(
  pending: Promise<R>,
): Promise<Answer<R>> {
  const response = await pending;
  // The API's own tests hold every answer to the schema that this type is made from.
  if (response.ok) return await response.json() as Answer<R>;
  throw new ApiProblem(
    response.status,
    await response.json() as { message: string; hint: string | null },
  );
}

/** A line of the audit log. */
export interface AuditLine {
  readonly id: string;
  readonly at: string;
  readonly who: string;
  readonly kind: string;
  readonly action: string;
  readonly target: string;
  readonly outcome: "allowed" | "denied" | "failed";
  readonly peer: string;
  readonly detail: string | null;
}

/** Lines of the audit log, the newest first, which only administrators may read. */
export async function auditLines(
  fetch: Fetch,
  before: string | undefined,
): Promise<readonly AuditLine[]> {
  const url = new URL("http://localhost/api/v1/access/audit");
  if (before !== undefined) url.searchParams.set("before", before);
  const response = await fetch(new Request(url));
  if (response.ok) return await response.json();
  throw new ApiProblem(response.status, await response.json());
}

/** What pages ask the API, typed by the API itself. */
// deno-lint-ignore explicit-function-return-type explicit-module-boundary-types
export function createClient(fetch: Fetch) {
  const root = hc<AppType>("http://localhost", {
    fetch: (input: RequestInfo | URL, init?: RequestInit) =>
      Promise.resolve(fetch(new Request(input, init))),
  });
  const { v1 } = root.api;
  const named = (name: string) => ({ name: encodeURIComponent(name) });
  return {
    about: () => answer(v1.about.$get()),
    health: async () => await (await root.health.$get()).json(),
    overview: () => answer(v1.overview.$get()),
    lineage: () => answer(v1.lineage.$get()),
    search: (selection: string) => answer(v1.assets.$get({ query: { selection, search: "true" } })),
    asset: (name: string) => answer(v1.assets[":name"].$get({ param: named(name) })),
    history: (name: string, limit: number) =>
      answer(
        v1.assets[":name"].history.$get({ param: named(name), query: { limit: String(limit) } }),
      ),
    why: (name: string) => answer(v1.assets[":name"].why.$get({ param: named(name), query: {} })),
    evaluations: (name: string, limit: number) =>
      answer(
        v1.assets[":name"].evaluations.$get({
          param: named(name),
          query: { limit: String(limit) },
        }),
      ),
    partitions: (name: string, limit: number) =>
      answer(
        v1.assets[":name"].partitions.$get({ param: named(name), query: { limit: String(limit) } }),
      ),
    plan: (json: PlanRequest) => answer(v1.plan.$post({ json })),
    simulation: (query: SimulationQuery) => answer(v1.simulation.$get({ query })),
    jobs: () => answer(v1.jobs.$get()),
    sensors: () => answer(v1.sensors.$get()),
    runs: (query: RunsQuery) => answer(v1.runs.$get({ query })),
    run: (id: string) => answer(v1.runs[":id"].$get({ param: { id: encodeURIComponent(id) } })),
    logs: (id: string, limit: number) =>
      answer(
        v1.runs[":id"].logs.$get({
          param: { id: encodeURIComponent(id) },
          query: { limit: String(limit) },
        }),
      ),
    quality: (partition?: string) =>
      answer(v1.quality.$get({ query: partition === undefined ? {} : { partition } })),
    events: (topic?: string) =>
      answer(v1.events.$get({ query: topic === undefined ? { limit: "100" } : { topic } })),
    alerts: () => answer(v1.alerts.$get()),
    silences: () => answer(v1.silences.$get()),
    connections: () => answer(v1.connections.$get()),
    alertRules: () => answer(v1["alert-rules"].$get()),
    workers: () => answer(v1.workers.$get()),
    pools: () => answer(v1.pools.$get()),
    backfills: (query: { open?: "true"; limit?: string }) => answer(v1.backfills.$get({ query })),
  };
}

/** What a page would run. */
export interface PlanRequest {
  selection?: string;
  stale?: true;
  partitions?: string[];
}

/** Which days a page asks for. */
export interface SimulationQuery {
  days?: string;
  slots?: string;
}

/** Which runs a page asks for. */
export interface RunsQuery {
  status?: "queued" | "running" | "success" | "failed" | "cancelled";
  job?: string;
  asset?: string;
  /** Of this one only, of `none` (as if not given) or of `any`. */
  backfill?: string;
  cursor?: string;
  limit?: string;
}

/** What pages ask the API. */
export type Client = ReturnType<typeof createClient>;
type Result<Name extends keyof Client> = Awaited<ReturnType<Client[Name]>>;

/** A rule of alerts, how it stands, and why so. */
export type AlertRule = Result<"alertRules">[number];
/** What nobody is told for a while. */
export type Silence = Result<"silences">[number];
/** What this process is. */
export type About = Result<"about">;
/** Which dependency answers. */
export type Health = Result<"health">;
/** Is all well? */
export type Overview = Result<"overview">;
/** The graph. */
export type Lineage = Result<"lineage">;
/** An asset in one line. */
export type AssetCard = Lineage["nodes"][number];
/** Where an asset stands. */
export type AssetStatus = AssetCard["status"];
/** How many assets or partitions of each status. */
export type AssetCounts = Overview["assets"];
/** Everything about an asset. */
export type Asset = Result<"asset">;
/** Why a slice stands as it does. */
export type Why = Result<"why">;
/** What a condition found. */
export type Evaluations = Result<"evaluations">;
/** Materializations, newest first. */
export type History = Result<"history">;
/** A window on partitions. */
export type Partitions = Result<"partitions">;
/** A check and its verdict. */
export type Check = Asset["checks"][number];
/** What would run. */
export type Plan = Result<"plan">;
/** Days to come. */
export type Simulation = Result<"simulation">;
/** A job. */
export type Job = Result<"jobs">[number];
/** A sensor. */
export type Sensor = Result<"sensors">[number];
/** A page of runs. */
export type Runs = Result<"runs">;
/** A run in one line. */
export type RunSummary = Runs["runs"][number];
/** Where a run stands. */
export type RunStatus = RunSummary["status"];
/** A backfill with its progress. */
export type Backfill = Result<"backfills">[number];
/** A run with its steps. */
export type Run = Result<"run">;
/** A step of a run. */
export type Step = Run["steps"][number];
/** One line of a log. */
export type LogLine = Result<"logs">[number];
/** A quality report. */
export type Quality = Result<"quality">;
/** The outbox. */
export type Events = Result<"events">;
/** An alert. */
export type Alert = Result<"alerts">[number];
/** Connections, and by which keys they are encrypted. */
export type Connections = Result<"connections">;
/** A connection without its secrets. */
export type Connection = Connections["connections"][number];
/** A worker that lives. */
export type Worker = Result<"workers">[number];
/** A pool with those who have its slots. */
export type Pool = Result<"pools">[number];
