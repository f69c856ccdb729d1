/** Which groups of assets a request touches. @module */
import type { BackfillRequest, MaterializeRequest, Service } from "engine";
import type { GateOptions } from "./gate.ts";
import type { Target } from "./permissions.ts";

/**
 * Reads the groups off the request, by what the engine would do with it. A request that makes no sense has none: who is
 * limited to groups is refused then, as the answer of the engine would tell about what is not theirs.
 */
export function groupsBy(service: Service): GateOptions["groupsOf"] {
  return async (target, request) => {
    try {
      const names = await assetsOf[target](service, request);
      if (names === undefined) return undefined;
      const group = new Map((await service.lineage()).nodes.map((n) => [n.name, n.group]));
      return [...new Set(names.map((name) => group.get(name) ?? ""))];
    } catch (error) {
      const isTheirs = error instanceof RangeError || error instanceof TypeError ||
        error instanceof SyntaxError || (error instanceof Error && error.name === "UnknownName");
      if (isTheirs) return undefined;
      throw error;
    }
  };
}

type AssetsOf = (service: Service, request: Request) => Promise<readonly string[] | undefined>;

const assetsOf: Readonly<Record<Target, AssetsOf>> = {
  request: async (service, request) => {
    const plan = await service.plan(await request.clone().json() as MaterializeRequest);
    return plan.steps.map((step) => step.asset);
  },
  job: async (service, request) => {
    const job = (await service.jobs()).find((job) => job.name === named(request));
    if (job === undefined) return undefined;
    return (await service.assets({ selection: job.selection })).map((card) => card.name);
  },
  run: async (service, request) =>
    (await service.run(named(request)))?.steps.map((step) => step.asset),
  backfill: async (service, request) =>
    (await service.backfillView(named(request)))?.assets.map(({ asset }) => asset),
  "backfill request": async (service, request) => {
    const plan = await service.planBackfill(await request.clone().json() as BackfillRequest);
    return plan.assets.map(({ asset }) => asset);
  },
};

/** The name in `/api/v1/<kind>/<name>/…`. */
const named = (request: Request): string =>
  decodeURIComponent(new URL(request.url).pathname.split("/")[4] ?? "");
