import { createRoute, z } from "@hono/zod-openapi";
import type { AlertService } from "engine";
import { nameOfAsker } from "./asker.ts";
import { asJson, body, guarded, notFound } from "./answers.ts";
import { router } from "./router.ts";
import { Alert } from "./schemas.ts";

const text = (most: number) => z.string().max(most);

/** Which alerts. */
export const Matcher = z.strictObject({
  kind: text(50).optional(),
  severity: text(50).optional(),
  asset: text(500).optional().openapi({ example: "features/*" }),
  episode: text(500).optional(),
}).openapi("AlertMatcher");

/** What nobody is told for a while. */
export const Silence = z.object({
  id: z.string(),
  matcher: Matcher,
  reason: z.string(),
  by: z.string(),
  at: z.string(),
  until: z.string(),
  endedBy: z.string().nullable(),
  active: z.boolean(),
}).openapi("Silence");

const By = z.strictObject({ by: text(200).optional() });
const id = z.object({ id: z.string().min(1).openapi({ param: { name: "id", in: "path" } }) });

const alerts = createRoute({
  method: "get",
  path: "/api/v1/alerts",
  summary: "Alerts with who was told and who looks after them, open ones first",
  responses: { 200: asJson(z.array(Alert).readonly(), "Alerts") },
});

const acknowledge = createRoute({
  method: "post",
  path: "/api/v1/alerts/{id}/acknowledge",
  summary: "Say that somebody looks after an open alert: it is neither repeated nor escalated",
  request: { params: id, body: body(By.extend({ note: text(2_000).optional() })) },
  responses: { 200: asJson(Alert, "The alert"), ...guarded, ...notFound },
});

const test = createRoute({
  method: "post",
  path: "/api/v1/alerts/test",
  summary: "Tell all channels of an alert that means nothing and is over after a minute",
  request: { body: body(By) },
  responses: { 202: asJson(Alert, "The alert"), ...guarded },
});

const silences = createRoute({
  method: "get",
  path: "/api/v1/silences",
  summary: "Silences that hold or ended within the last day, newest first",
  responses: { 200: asJson(z.array(Silence).readonly(), "Silences") },
});

const silence = createRoute({
  method: "post",
  path: "/api/v1/silences",
  summary: "Let nobody be told of some alerts for a while",
  request: {
    body: body(By.extend({
      matcher: Matcher,
      reason: text(2_000),
      until: text(50).optional().openapi({ example: "2025-01-28T06:00:00Z" }),
      for: text(50).optional().openapi({ example: "2h" }),
    })),
  },
  responses: { 200: asJson(Silence, "The silence"), ...guarded },
});

const endSilence = createRoute({
  method: "post",
  path: "/api/v1/silences/{id}/end",
  summary: "End a silence now",
  request: { params: id, body: body(By) },
  responses: { 200: asJson(Silence, "The silence"), ...guarded, ...notFound },
});

/** The request in the name of who really asks. */
const signed = <R extends { readonly by?: string | undefined }>(request: R): R => ({
  ...request,
  by: nameOfAsker(request.by, undefined),
});

/** About alerts. */
// deno-lint-ignore explicit-function-return-type explicit-module-boundary-types
export function alertRoutes(service: AlertService) {
  return router()
    .openapi(alerts, async (c) => c.json(await service.alerts(), 200))
    .openapi(test, async (c) => {
      return c.json(await service.testAlerts(signed(c.req.valid("json"))), 202);
    })
    .openapi(acknowledge, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(await service.acknowledge(id, signed(c.req.valid("json"))), 200);
    })
    .openapi(silences, async (c) => c.json(await service.silences(), 200))
    .openapi(silence, async (c) => {
      return c.json(await service.silence(signed(c.req.valid("json"))), 200);
    })
    .openapi(endSilence, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(await service.endSilence(id, signed(c.req.valid("json"))), 200);
    });
}
