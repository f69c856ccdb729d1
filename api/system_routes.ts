import type { Service } from "engine";
import { HTTPException } from "hono/http-exception";
import { askerMay } from "./asker.ts";
import { router } from "./router.ts";
import * as route from "./routes.ts";

/** About the process as a whole. */
// deno-lint-ignore explicit-function-return-type explicit-module-boundary-types
export function systemRoutes(service: Service) {
  return router()
    .openapi(route.about, async (c) => c.json(await service.about(), 200))
    .openapi(route.overview, async (c) => c.json(await service.overview(), 200))
    .openapi(route.events, async (c) => c.json(await service.events(c.req.valid("query")), 200))
    .openapi(
      route.sendAgain,
      async (c) => c.json(await service.sendAgain(c.req.valid("json").ids), 202),
    )
    .openapi(route.health, async (c) => {
      const { ok, dependencies } = await service.health();
      const known = askerMay("view");
      const shown = dependencies.map((one) => known ? one : { ...one, detail: "" });
      return c.json({ ok, dependencies: shown }, ok ? 200 : 503);
    })
    .openapi(route.metrics, async (c) => {
      const text = await service.metrics();
      if (text === undefined) {
        throw new HTTPException(404, { message: "Cannot give metrics: nothing is measured here" });
      }
      return c.text(text, 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
    })
    .openapi(route.ready, async (c) => {
      const { ok } = await service.health();
      return c.json({ ready: ok }, ok ? 200 : 503);
    })
    .openapi(route.version, async (c) => {
      const { version, startedAt } = await service.about();
      return c.json({ version, startedAt }, 200);
    });
}
