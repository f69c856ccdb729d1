/**
 * The engine as seen by people, on a ledger.
 *
 * @module
 */
import { noDesk } from "./connection_views.ts";
import type { Service } from "./views.ts";
import { materializeNow, planOf, triggerNow } from "./service/acting.ts";
import { cancelNow, cancelStepNow } from "./service/cancelling.ts";
import { cancelRunsNow, retryRunsNow } from "./service/many_runs.ts";
import { retryNow } from "./service/rerun.ts";
import { assetMeasures } from "./service/asset_measures.ts";
import { assetView, historyOf, partitionsView } from "./service/asset_view.ts";
import {
  backfillPlan,
  backfillView,
  backfillViews,
  cancelBackfillNow,
  pauseBackfillNow,
  resumeBackfillNow,
  startBackfillNow,
} from "./service/backfill_view.ts";
import { jobViews, sensorViews } from "./service/automation_view.ts";
import { crewService } from "./service/crew_view.ts";
import { evaluationsOf } from "./service/evaluations_view.ts";
import { cardsOf, lineageOf } from "./service/cards.ts";
import { changesOf } from "./service/changes.ts";
import type { ServiceOptions } from "./service/ports.ts";
import { isRunId, logLines, logQuery, runView, summaryOf } from "./service/run_view.ts";
import { watcher } from "./service/seen.ts";
import { simulateNow } from "./service/simulating.ts";
import { senseNow, switchNow, tickNow } from "./service/switching.ts";
import { whyOf } from "./service/why_view.ts";
import { alertRuleService } from "./service/alert_rule_view.ts";
import { alertService } from "./service/alert_view.ts";
import { aboutView, eventsView, overviewOf } from "./service/system_view.ts";

export { NothingToRun } from "./service/acting.ts";
export type { AssetMeasure } from "./service/asset_measures.ts";
export type { MetricsReader, QualityReader, ServiceOptions } from "./service/ports.ts";

/**
 * The service on a ledger. What it tells is as of one fact; it looks at the ledger again only when there is a newer one
 * or a minute has begun, because then slices may have ended.
 */
export function createService(o: ServiceOptions): Service {
  const see = watcher(o);
  const measures = assetMeasures(o.definitions, { see, clock: o.clock });
  const named = (name: string) => o.definitions.assets.find((a) => a.name === name);
  return {
    ...reading(o),
    connections: o.connections ?? noDesk,
    ...crewService(o),
    async metrics() {
      if (!o.metrics) return undefined;
      const text = await o.metrics.read(await measures.now());
      measures.refresh();
      return text;
    },
    ...alertService(o),
    ...alertRuleService(o),
    overview: async () => await overviewOf(o, await see()),
    lineage: async () => lineageOf(o.definitions, await see()),
    assets: async (choice = {}) => cardsOf(o.definitions, await see(), choice),
    async asset(name) {
      const asset = named(name);
      return asset && await assetView(o, await see(), asset);
    },
    async history(name, { limit = 50, before } = {}) {
      if (before !== undefined && !isRunId(before)) return [];
      return named(name) ? await historyOf(o.ledger, name, { limit, before }) : [];
    },
    async partitions(name, options = {}) {
      const asset = named(name);
      return asset && partitionsView(asset, await see(), options);
    },
    async why(name, partition) {
      const asset = named(name);
      return asset && await whyOf(o, await see(), asset, partition);
    },
    async evaluations(name, { limit = 50 } = {}) {
      const asset = named(name);
      return asset && await evaluationsOf(o, await see(), asset, limit);
    },
    sendAgain: async (ids) => ({ events: await o.ledger.sendAgain(ids) }),
    setPaused: (what, paused, by = "a person") => switchNow(o, what, { paused, by }),
    tick: (name, options = {}) => tickNow(o, name, options),
    sense: (name, options = {}) => senseNow(o, name, options),
    simulate: (request) => simulateNow(o, request),
    plan: async (request) => await planOf(o, await see(), request),
    materialize: async (request) => await materializeNow(o, await see(), request),
    trigger: async (job, options = {}) => await triggerNow(o, await see(), job, options),
    cancel: (run, request = {}) => cancelNow(o, run, request),
    cancelStep: (run, step, request = {}) => cancelStepNow(o, run, { ...request, step }),
    retry: async (run, request = {}) => await retryNow(o, await see(), run, request),
    cancelRuns: async (request) => await cancelRunsNow(o, await see(), request),
    retryRuns: async (request) => await retryRunsNow(o, await see(), request),
    planBackfill: async (request) => await backfillPlan(o, await see(), request),
    backfill: async (request) => await startBackfillNow(o, await see(), request),
    backfills: (filter = {}) => backfillViews(o, filter),
    backfillView: (id) => backfillView(o, id),
    pauseBackfill: (id) => pauseBackfillNow(o, id),
    resumeBackfill: (id) => resumeBackfillNow(o, id),
    cancelBackfill: (id, by = "a person") => cancelBackfillNow(o, id, by),
    changes: (signal) => changesOf(o, see, signal),
  };
}

type Reading = Pick<
  Service,
  | "about"
  | "health"
  | "jobs"
  | "sensors"
  | "runs"
  | "run"
  | "logs"
  | "quality"
  | "events"
>;

/** What needs no judgement. */
function reading(o: ServiceOptions): Reading {
  return {
    about: () => aboutView(o),
    health: () => o.health(),
    jobs: () => jobViews(o),
    sensors: () => sensorViews(o),
    async runs({ status, job, asset, backfill: of, cursor, limit = 50 } = {}) {
      const before = cursor !== undefined && isRunId(cursor) ? cursor : undefined;
      const backfill = of === "none" ? null : of;
      const [found, counts] = await Promise.all([
        o.ledger.runs({ state: status, job, asset, backfill, before, limit: limit + 1 }),
        o.ledger.runCounts(),
      ]);
      const page = found.slice(0, limit);
      const next = found.length > limit ? page.at(-1)!.id : null;
      return { runs: page.map(summaryOf), next, counts };
    },
    async run(id) {
      const found = isRunId(id) ? await o.ledger.run(id) : undefined;
      return found && runView(found);
    },
    async logs(id, filter = {}) {
      const found = isRunId(id) ? await o.ledger.run(id) : undefined;
      const query = found && logQuery(id, filter);
      if (!query) return [];
      return logLines(await o.ledger.logs(query), found.steps.map((s) => s.asset));
    },
    quality: async (partition) => await o.quality?.read(partition),
    events: (filter = {}) => eventsView(o, filter),
  };
}
