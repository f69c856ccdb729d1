// Every route as a value: path, question, answers. The OpenAPI document and the typed client come
// from here.
import { createRoute, z } from "@hono/zod-openapi";
import { asJson, badRequest, body, guarded, notFound } from "./answers.ts";
import * as schema from "./schemas.ts";
import * as simulation from "./simulation_schemas.ts";

const name = z.object({
  name: z.string().min(1).openapi({
    param: { name: "name", in: "path" },
    description: "Path of the asset, or name of the job; a slash is written %2F",
    example: "features/activity",
  }),
});
const id = z.object({
  id: z.string().min(1).openapi({ param: { name: "id", in: "path" } }),
});

/** What this process is. */
export const about = createRoute({
  method: "get",
  path: "/api/v1/about",
  summary: "Version, adapters in use and counts",
  responses: { 200: asJson(schema.About, "What this process is") },
});

/** Is all well? */
export const overview = createRoute({
  method: "get",
  path: "/api/v1/overview",
  summary: "Counts by status, failing checks, alerts, next ticks, last failures",
  responses: { 200: asJson(schema.Overview, "How things stand") },
});

/** The graph. */
export const lineage = createRoute({
  method: "get",
  path: "/api/v1/lineage",
  summary: "Every asset with its status, and who is made from whom",
  responses: { 200: asJson(schema.Lineage, "The graph") },
});

/** All assets. */
export const assets = createRoute({
  method: "get",
  path: "/api/v1/assets",
  summary: "The assets of a selection, each in one line",
  request: { query: schema.AssetsQuery },
  responses: {
    200: asJson(z.array(schema.AssetCard).readonly(), "The assets, upstream first"),
    ...badRequest,
    ...notFound,
  },
});

/** One asset. */
export const asset = createRoute({
  method: "get",
  path: "/api/v1/assets/{name}",
  summary: "Everything about one asset",
  request: { params: name },
  responses: { 200: asJson(schema.Asset, "The asset"), ...notFound },
});

/** What an asset was. */
export const history = createRoute({
  method: "get",
  path: "/api/v1/assets/{name}/history",
  summary: "Materializations, newest first",
  request: { params: name, query: schema.HistoryQuery },
  responses: {
    200: asJson(z.array(schema.Materialization).readonly(), "Materializations"),
    ...badRequest,
    ...notFound,
  },
});

/** Where its partitions stand. */
export const partitions = createRoute({
  method: "get",
  path: "/api/v1/assets/{name}/partitions",
  summary: "A window on the partitions, oldest first, and counts over all of them",
  request: { params: name, query: schema.PartitionsQuery },
  responses: { 200: asJson(schema.Partitions, "Partitions"), ...badRequest, ...notFound },
});

/** Why it stands as it does. */
export const why = createRoute({
  method: "get",
  path: "/api/v1/assets/{name}/why",
  summary: "Why a slice stands as it does: one causal chain, the root cause first",
  request: { params: name, query: schema.WhyQuery },
  responses: { 200: asJson(schema.Why, "The chain"), ...badRequest, ...notFound },
});

/** What a condition found. */
export const evaluations = createRoute({
  method: "get",
  path: "/api/v1/assets/{name}/evaluations",
  summary: "What the condition of an asset finds now, and found when it asked, newest first",
  request: { params: name, query: schema.EvaluationsQuery },
  responses: { 200: asJson(schema.Evaluations, "Evaluations"), ...badRequest, ...notFound },
});

/** All jobs. */
export const jobs = createRoute({
  method: "get",
  path: "/api/v1/jobs",
  summary: "Jobs with their schedules and next ticks",
  responses: { 200: asJson(z.array(schema.Job).readonly(), "Jobs") },
});

/** Runs a job now. */
export const trigger = createRoute({
  method: "post",
  path: "/api/v1/jobs/{name}/trigger",
  summary: "Start a run of a job",
  request: { params: name, body: body(schema.TriggerRequest) },
  responses: { 202: asJson(schema.StartedRun, "The run"), ...guarded, ...notFound },
});

/** All sensors. */
export const sensors = createRoute({
  method: "get",
  path: "/api/v1/sensors",
  summary: "Sensors with their cursor and last result",
  responses: { 200: asJson(z.array(schema.Sensor).readonly(), "Sensors") },
});

/** Runs. */
export const runs = createRoute({
  method: "get",
  path: "/api/v1/runs",
  summary: "Runs, newest first, page by page",
  request: { query: schema.RunsQuery },
  responses: { 200: asJson(schema.Runs, "A page of runs"), ...badRequest },
});

/** Starts a run. */
export const materialize = createRoute({
  method: "post",
  path: "/api/v1/runs",
  summary: "Materialize a selection, some assets, or all that is stale",
  request: { body: body(schema.MaterializeRequest) },
  responses: { 202: asJson(schema.StartedRun, "The run"), ...guarded, ...notFound },
});

/** One run. */
export const run = createRoute({
  method: "get",
  path: "/api/v1/runs/{id}",
  summary: "A run with its steps and their attempts",
  request: { params: id },
  responses: { 200: asJson(schema.Run, "The run"), ...notFound },
});

/** What a run wrote. */
export const logs = createRoute({
  method: "get",
  path: "/api/v1/runs/{id}/logs",
  summary: "Lines of the log, oldest first; `after` goes on where the last answer ended",
  request: { params: id, query: schema.LogQuery },
  responses: {
    200: asJson(z.array(schema.LogLine).readonly(), "Lines"),
    ...badRequest,
    ...notFound,
  },
});

/** Pauses and resumes. */
export const switchIt = createRoute({
  method: "post",
  path: "/api/v1/switches",
  summary: "Pause or resume a schedule or a sensor; where it stands is kept",
  request: { body: body(schema.SwitchRequest) },
  responses: { 200: asJson(schema.Switch, "How it stands now"), ...guarded, ...notFound },
});

/** Submits a tick. */
export const tick = createRoute({
  method: "post",
  path: "/api/v1/schedules/{name}/tick",
  summary: "Submit the newest tick at or before an instant, once; `dryRun` only tells what it is",
  request: { params: name, body: body(schema.TickRequest) },
  responses: { 200: asJson(schema.Tick, "The tick"), ...guarded, ...notFound },
});

/** Tries a sensor. */
export const sense = createRoute({
  method: "post",
  path: "/api/v1/sensors/{name}/sense",
  summary: "Let a sensor look from a cursor; changes nothing",
  request: { params: name, body: body(schema.SenseRequest) },
  responses: { 200: asJson(schema.Sense, "What it would ask for"), ...guarded, ...notFound },
});

/** What would run. */
export const plan = createRoute({
  method: "post",
  path: "/api/v1/plan",
  summary: "What a request would run, and why; runs nothing",
  request: { body: body(schema.MaterializeRequest) },
  responses: { 200: asJson(schema.Plan, "The plan"), ...guarded, ...notFound },
});

/** Days that have not been yet. */
export const simulate = createRoute({
  method: "get",
  path: "/api/v1/simulation",
  summary: "What would happen in the days to come: ticks, runs, waiting, promises; changes nothing",
  request: { query: simulation.SimulationQuery },
  responses: { 200: asJson(simulation.Simulation, "The days to come"), ...badRequest },
});

/** How good the data is. */
export const quality = createRoute({
  method: "get",
  path: "/api/v1/quality",
  summary: "A quality report; the newest one if no partition is given",
  request: { query: schema.QualityQuery },
  responses: { 200: asJson(schema.Quality, "The report"), ...badRequest, ...notFound },
});

/** What was told to others. */
export const events = createRoute({
  method: "get",
  path: "/api/v1/events",
  summary: "The outbox, newest first",
  request: { query: schema.EventsQuery },
  responses: { 200: asJson(schema.Events, "Events"), ...badRequest },
});

/** A broker that has learned to take them. */
export const sendAgain = createRoute({
  method: "post",
  path: "/api/v1/events/send-again",
  summary: "Let events be sent again that the broker refused for what is in them",
  request: { body: body(schema.SendAgainRequest) },
  responses: { 202: asJson(schema.SendAgain, "How many"), ...guarded },
});

/** Which dependency is down. */
export const health = createRoute({
  method: "get",
  path: "/health",
  summary: "Every dependency, and whether it answers",
  responses: {
    200: asJson(schema.Health, "All required ones answer"),
    503: asJson(schema.Health, "A required one does not"),
  },
});

/** What monitoring reads. */
export const metrics = createRoute({
  method: "get",
  path: "/metrics",
  summary: "Metrics for Prometheus",
  responses: {
    200: {
      description: "The text format of Prometheus, version 0.0.4",
      content: { "text/plain": { schema: z.string() } },
    },
    ...notFound,
  },
});

/** Whether to send requests here. */
export const ready = createRoute({
  method: "get",
  path: "/ready",
  summary: "Whether requests can be served",
  responses: {
    200: asJson(z.object({ ready: z.boolean() }), "They can"),
    503: asJson(z.object({ ready: z.boolean() }), "They cannot"),
  },
});

/** Which code answers. */
export const version = createRoute({
  method: "get",
  path: "/version",
  summary: "Version and start of this process",
  responses: { 200: asJson(schema.Version, "The version") },
});
