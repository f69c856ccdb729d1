import { type Service, UnknownName } from "engine";
import { nameOfAsker, triggerOfAsker } from "./asker.ts";
import { router } from "./router.ts";
import * as route from "./routes.ts";

/** The request in the name of who really asks. */
const signed = <R extends { readonly triggeredBy?: string | undefined }>(request: R): R => ({
  ...request,
  triggeredBy: triggerOfAsker(request.triggeredBy),
});

/** About runs: reading and starting them. */
// deno-lint-ignore explicit-function-return-type explicit-module-boundary-types
export function runRoutes(service: Service) {
  return router()
    .openapi(route.jobs, async (c) => c.json(await service.jobs(), 200))
    .openapi(route.sensors, async (c) => c.json(await service.sensors(), 200))
    .openapi(route.trigger, async (c) => {
      const request = signed(c.req.valid("json"));
      return c.json(await service.trigger(c.req.valid("param").name, request), 202);
    })
    .openapi(route.switchIt, async (c) => {
      const { name, paused } = c.req.valid("json");
      return c.json(await service.setPaused(name, paused, nameOfAsker(undefined, "a person")), 200);
    })
    .openapi(route.tick, async (c) => {
      const { name } = c.req.valid("param");
      return c.json(await service.tick(name, c.req.valid("json")), 200);
    })
    .openapi(route.sense, async (c) => {
      const { name } = c.req.valid("param");
      return c.json(await service.sense(name, c.req.valid("json")), 200);
    })
    .openapi(route.runs, async (c) => c.json(await service.runs(c.req.valid("query")), 200))
    .openapi(route.materialize, async (c) => {
      const request = signed(c.req.valid("json"));
      return c.json(await service.materialize(request), 202);
    })
    .openapi(route.run, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(await service.run(id) ?? unknownRun(id), 200);
    })
    .openapi(route.logs, async (c) => {
      const { id } = c.req.valid("param");
      if (await service.run(id) === undefined) unknownRun(id);
      return c.json(await service.logs(id, c.req.valid("query")), 200);
    })
    .openapi(
      route.simulate,
      async (c) => c.json(await service.simulate(c.req.valid("query")), 200),
    )
    .openapi(route.plan, async (c) => c.json(await service.plan(c.req.valid("json")), 200));
}

function unknownRun(id: string): never {
  throw new UnknownName("run", id, undefined);
}
