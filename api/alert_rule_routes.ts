import { createRoute, z } from "@hono/zod-openapi";
import type { AlertRuleService } from "engine";
import { asJson, body, guarded, notFound } from "./answers.ts";
import { nameOfAsker } from "./asker.ts";
import { router } from "./router.ts";

/** A rule of alerts, how it stands, and why so. */
export const AlertRule = z.object({
  name: z.string().openapi({ example: "queue" }),
  about: z.string(),
  value: z.string().openapi({ example: "15m" }),
  source: z.enum(["built in", "environment", "people"]),
  setting: z.string().openapi({ example: "AURORA_ALERT_QUEUE" }),
  otherwise: z.string(),
  form: z.string(),
  by: z.string().nullable(),
  at: z.string().nullable(),
}).openapi("AlertRule");

const rules = createRoute({
  method: "get",
  path: "/api/v1/alert-rules",
  summary: "From when on something is wrong, which channel is told of what, and who set it so",
  responses: { 200: asJson(z.array(AlertRule).readonly(), "Rules") },
});

const set = createRoute({
  method: "post",
  path: "/api/v1/alert-rules/{name}",
  summary: "Set a rule of alerts for all servers; null lets the environment decide again",
  request: {
    params: z.object({
      name: z.string().min(1).max(100).openapi({ param: { name: "name", in: "path" } }),
    }),
    body: body(
      z.strictObject({ value: z.string().max(50).nullable(), by: z.string().max(200).optional() }),
    ),
  },
  responses: { 200: asJson(AlertRule, "The rule"), ...guarded, ...notFound },
});

/** About rules of alerts. */
// deno-lint-ignore explicit-function-return-type explicit-module-boundary-types
export function alertRuleRoutes(service: AlertRuleService) {
  return router()
    .openapi(rules, async (c) => c.json(await service.alertRules(), 200))
    .openapi(set, async (c) => {
      const { name } = c.req.valid("param");
      const { value, by } = c.req.valid("json");
      const rule = await service.setAlertRule(name, { value, by: nameOfAsker(by, undefined) });
      return c.json(rule, 200);
    });
}
