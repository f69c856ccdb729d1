import { createRoute, z } from "@hono/zod-openapi";
import type { SteeringService } from "engine";
import { nameOfAsker, triggerOfAsker } from "./asker.ts";
import { router } from "./router.ts";
import { Nothing, StartedRun } from "./schemas.ts";
import { asJson, body, guarded, notFound } from "./answers.ts";
import * as schema from "./steering_schemas.ts";

const inPath = (name: string) =>
  z.string().min(1).openapi({ param: { name, in: "path" as const } });

const cancel = createRoute({
  method: "post",
  path: "/api/v1/runs/{id}/cancel",
  summary: "Cancel what is queued or running of a run",
  request: { params: z.object({ id: inPath("id") }), body: body(schema.CancelRequest) },
  responses: { 202: asJson(Nothing, "It is being cancelled"), ...guarded, ...notFound },
});

const cancelStep = createRoute({
  method: "post",
  path: "/api/v1/runs/{id}/steps/{step}/cancel",
  summary: "Cancel one step of a run; what needs it is skipped, the rest goes on",
  request: {
    params: z.object({ id: inPath("id"), step: inPath("step") }),
    body: body(schema.CancelRequest),
  },
  responses: { 202: asJson(Nothing, "It is being cancelled"), ...guarded, ...notFound },
});

const retry = createRoute({
  method: "post",
  path: "/api/v1/runs/{id}/retry",
  summary: "Run again what did not succeed in a run, all of it, or some of its steps",
  request: { params: z.object({ id: inPath("id") }), body: body(schema.RerunRequest) },
  responses: { 202: asJson(StartedRun, "The new run"), ...guarded, ...notFound },
});

const many = <A extends string>(action: A, summary: string) =>
  createRoute({
    method: "post",
    path: `/api/v1/runs/${action}` as const,
    summary,
    request: { body: body(schema.ManyRunsRequest) },
    responses: { 202: asJson(schema.ManyRuns, "What was done"), ...guarded, ...notFound },
  });

const cancelMany = many("cancel", "Cancel all runs that are meant; `dryRun` only tells which");
const retryMany = many(
  "retry",
  "Run again what did not succeed in all runs that are meant; `dryRun` only tells which",
);

/** The request in the name of who really asks. */
const signed = <R extends { readonly by?: string | undefined }>(request: R): R => {
  const by = nameOfAsker(request.by, undefined);
  return by === undefined ? request : { ...request, by };
};

/** About ending runs, and running them again. */
// deno-lint-ignore explicit-function-return-type explicit-module-boundary-types
export function steeringRoutes(service: SteeringService) {
  return router()
    .openapi(cancel, async (c) => {
      await service.cancel(c.req.valid("param").id, signed(c.req.valid("json")));
      return c.json({}, 202);
    })
    .openapi(cancelStep, async (c) => {
      const { id, step } = c.req.valid("param");
      await service.cancelStep(id, step, signed(c.req.valid("json")));
      return c.json({}, 202);
    })
    .openapi(retry, async (c) => {
      const asked = c.req.valid("json");
      const request = { ...asked, triggeredBy: triggerOfAsker(asked.triggeredBy) };
      return c.json(await service.retry(c.req.valid("param").id, request), 202);
    })
    .openapi(cancelMany, async (c) => {
      return c.json(await service.cancelRuns(signed(c.req.valid("json"))), 202);
    })
    .openapi(retryMany, async (c) => {
      const asked = c.req.valid("json");
      const request = { ...asked, by: triggerOfAsker(asked.by) };
      return c.json(await service.retryRuns(request), 202);
    });
}
