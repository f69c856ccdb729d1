import { createRoute, z } from "@hono/zod-openapi";
import type { CrewService } from "engine";
import { nameOfAsker } from "./asker.ts";
import { asJson, body, guarded, notFound } from "./answers.ts";
import { router } from "./router.ts";

/** A worker that lives. */
export const Worker = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number().int(),
  queues: z.array(z.string()).readonly(),
  slots: z.number().int(),
  running: z.number().int(),
  code: z.string().nullable(),
  current: z.boolean(),
  startedAt: z.string(),
  seenAt: z.string(),
}).openapi("Worker");

/** A pool with those who have its slots. */
export const Pool = z.object({
  name: z.string(),
  description: z.string(),
  slots: z.number().int(),
  declared: z.number().int(),
  by: z.string().nullable(),
  taken: z.number().int(),
  waiting: z.number().int(),
  holders: z.array(z.object({
    run: z.string(),
    asset: z.string(),
    partition: z.string().nullable(),
    slots: z.number().int(),
    since: z.string(),
  })).readonly(),
}).openapi("Pool");

const PoolRequest = z.object({
  slots: z.number().int().min(0).max(1_000_000).nullable()
    .openapi({ description: "How many slots there are; null: as the code declares" }),
  by: z.string().optional(),
});

const workers = createRoute({
  method: "get",
  path: "/api/v1/workers",
  summary: "Workers that live, with their queues, slots and code",
  responses: { 200: asJson(z.array(Worker).readonly(), "Workers") },
});

const pools = createRoute({
  method: "get",
  path: "/api/v1/pools",
  summary: "Pools with the steps that have their slots",
  responses: { 200: asJson(z.array(Pool).readonly(), "Pools") },
});

const setPool = createRoute({
  method: "post",
  path: "/api/v1/pools/{name}",
  summary: "Set how many slots a pool has, for all workers at once; what runs goes on",
  request: {
    params: z.object({
      name: z.string().min(1).openapi({ param: { name: "name", in: "path" } }),
    }),
    body: body(PoolRequest),
  },
  responses: {
    200: asJson(Pool, "The pool"),
    ...guarded,
    ...notFound,
  },
});

/** About workers and pools. */
// deno-lint-ignore explicit-function-return-type explicit-module-boundary-types
export function crewRoutes(service: CrewService) {
  return router()
    .openapi(workers, async (c) => c.json(await service.workers(), 200))
    .openapi(pools, async (c) => c.json(await service.pools(), 200))
    .openapi(setPool, async (c) => {
      const { name } = c.req.valid("param");
      const { slots, by } = c.req.valid("json");
      return c.json(await service.setPool(name, { slots, by: nameOfAsker(by, undefined) }), 200);
    });
}
