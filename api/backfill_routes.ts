import { createRoute, z } from "@hono/zod-openapi";
import { type BackfillService, UnknownName } from "engine";
import { asJson, badRequest, body, guarded, notFound } from "./answers.ts";
import * as schema from "./backfill_schemas.ts";
import { nameOfAsker, triggerOfAsker } from "./asker.ts";
import { router } from "./router.ts";
import { Nothing } from "./schemas.ts";

const id = z.object({
  id: z.string().min(1).openapi({ param: { name: "id", in: "path" } }),
});

const backfills = createRoute({
  method: "get",
  path: "/api/v1/backfills",
  summary: "Backfills with their progress, newest first",
  request: { query: schema.BackfillsQuery },
  responses: {
    200: asJson(z.array(schema.Backfill).readonly(), "Backfills"),
    ...badRequest,
  },
});

const backfill = createRoute({
  method: "get",
  path: "/api/v1/backfills/{id}",
  summary: "A backfill with its progress",
  request: { params: id },
  responses: { 200: asJson(schema.Backfill, "The backfill"), ...notFound },
});

const start = createRoute({
  method: "post",
  path: "/api/v1/backfills",
  summary: "Start a backfill, or find the one that was asked for in the same words",
  request: { body: body(schema.BackfillRequest) },
  responses: { 202: asJson(schema.StartedBackfill, "The backfill"), ...guarded, ...notFound },
});

const plan = createRoute({
  method: "post",
  path: "/api/v1/backfills/plan",
  summary: "What a backfill would run, and how long that may take; runs nothing",
  request: { body: body(schema.BackfillRequest) },
  responses: { 200: asJson(schema.BackfillPlan, "The plan"), ...guarded, ...notFound },
});

const steer = <A extends string>(action: A, summary: string) =>
  createRoute({
    method: "post",
    path: `/api/v1/backfills/{id}/${action}` as const,
    summary,
    request: { params: id, body: body(Nothing) },
    responses: { 202: asJson(Nothing, "It is done"), ...guarded, ...notFound },
  });

const pause = steer("pause", "Let a backfill submit nothing more; its active runs go on");
const resume = steer("resume", "Let a paused backfill go on");
const cancel = steer("cancel", "End a backfill with all of its runs");

/** About backfills: starting, watching and steering them. */
// deno-lint-ignore explicit-function-return-type explicit-module-boundary-types
export function backfillRoutes(service: BackfillService) {
  return router()
    .openapi(backfills, async (c) => {
      const { open, limit } = c.req.valid("query");
      return c.json(await service.backfills({ open: open === "true", limit }), 200);
    })
    .openapi(backfill, async (c) => {
      const { id } = c.req.valid("param");
      const found = await service.backfillView(id);
      if (found === undefined) throw new UnknownName("backfill", id, undefined);
      return c.json(found, 200);
    })
    .openapi(start, async (c) => {
      const asked = c.req.valid("json");
      const request = { ...asked, triggeredBy: triggerOfAsker(asked.triggeredBy) };
      return c.json(await service.backfill(request), 202);
    })
    .openapi(plan, async (c) => c.json(await service.planBackfill(c.req.valid("json")), 200))
    .openapi(pause, async (c) => {
      await service.pauseBackfill(c.req.valid("param").id);
      return c.json({}, 202);
    })
    .openapi(resume, async (c) => {
      await service.resumeBackfill(c.req.valid("param").id);
      return c.json({}, 202);
    })
    .openapi(cancel, async (c) => {
      await service.cancelBackfill(c.req.valid("param").id, nameOfAsker(undefined, "a person"));
      return c.json({}, 202);
    });
}
