import { nearest, type Service, UnknownName } from "engine";
import { router } from "./router.ts";
import * as route from "./routes.ts";

/** About assets, their partitions and the quality of what they hold. */
// deno-lint-ignore explicit-function-return-type explicit-module-boundary-types
export function assetRoutes(service: Service) {
  return router()
    .openapi(route.lineage, async (c) => c.json(await service.lineage(), 200))
    .openapi(route.assets, async (c) => {
      const { selection, search } = c.req.valid("query");
      return c.json(await service.assets({ selection, search: search === "true" }), 200);
    })
    .openapi(route.asset, async (c) => {
      const { name } = c.req.valid("param");
      const asset = await service.asset(name);
      return c.json(asset ?? await unknownAsset(service, name), 200);
    })
    .openapi(route.history, async (c) => {
      const { name } = c.req.valid("param");
      if (await service.asset(name) === undefined) await unknownAsset(service, name);
      return c.json(await service.history(name, c.req.valid("query")), 200);
    })
    .openapi(route.partitions, async (c) => {
      const { name } = c.req.valid("param");
      const partitions = await service.partitions(name, c.req.valid("query"));
      return c.json(partitions ?? await unknownAsset(service, name), 200);
    })
    .openapi(route.why, async (c) => {
      const { name } = c.req.valid("param");
      const why = await service.why(name, c.req.valid("query").partition);
      return c.json(why ?? await unknownAsset(service, name), 200);
    })
    .openapi(route.evaluations, async (c) => {
      const { name } = c.req.valid("param");
      const found = await service.evaluations(name, c.req.valid("query"));
      return c.json(found ?? await unknownAsset(service, name), 200);
    })
    .openapi(route.quality, async (c) => {
      const { partition } = c.req.valid("query");
      const report = await service.quality(partition);
      if (report !== undefined) return c.json(report, 200);
      const known = (await service.quality())?.partitions ?? [];
      const given = partition ?? "latest";
      throw new UnknownName("quality report", given, nearest(given, known));
    });
}

async function unknownAsset(service: Service, name: string): Promise<never> {
  const known = (await service.lineage()).nodes.map((node) => node.name);
  throw new UnknownName("asset", name, nearest(name, known));
}
