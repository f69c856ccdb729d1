/**
 * The whole at a glance, and events.
 *
 * @module
 */
import type { Json } from "../../declare/store.ts";
import type { FreshnessState } from "../../decide/status.ts";
import type { EventRecord } from "../../ledger/ledger.ts";
import type { About, EventFilter, EventsView, EventView, Overview } from "../views.ts";
import { alertViews } from "./alert_view.ts";
import { checksOf, failuresOf } from "./asset_view.ts";
import { jobViews } from "./automation_view.ts";
import { cardOf, countBy, staleTargets, statusCounts } from "./cards.ts";
import type { ServiceOptions } from "./ports.ts";
import { summaryOf } from "./run_view.ts";
import type { Seen } from "./seen.ts";
import { instant } from "./words.ts";

const RECENT = 10;
const FRESHNESS: readonly FreshnessState[] = ["ok", "warn", "late", "none"];

/** What this process is and what it stands on. */
export async function aboutView(o: ServiceOptions): Promise<About> {
  const [asOf, workers, runs] = await Promise.all([
    o.ledger.newestFact(),
    o.ledger.workers(),
    o.ledger.runCounts(),
  ]);
  return {
    ...o.about,
    counts: {
      assets: o.definitions.assets.length,
      jobs: o.definitions.jobs.length,
      sensors: o.definitions.sensors.length,
      workers: workers.length,
      runs: Object.values(runs).reduce((a, b) => a + b, 0),
    },
    asOf,
  };
}

/** Is all well? */
export async function overviewOf(o: ServiceOptions, seen: Seen): Promise<Overview> {
  const [runs, recent, alerts, jobs] = await Promise.all([
    o.ledger.runCounts(),
    o.ledger.runs({ limit: RECENT }),
    alertViews(o),
    jobViews(o),
  ]);
  const cards = o.definitions.assets.map((a) => cardOf(a, seen));
  return {
    assets: statusCounts(cards),
    freshness: countBy(FRESHNESS, cards.map((c) => c.freshness)),
    runs,
    failingChecks: checksOf(o, seen).filter((c) => c.passed === false),
    openAlerts: alerts.filter((a) => a.resolvedAt === null),
    jobs,
    recentFailures: failuresOf(seen, o.definitions.assets).slice(0, RECENT),
    recentRuns: recent.map(summaryOf),
    staleTargets: staleTargets(o.definitions, seen).length,
    asOf: seen.asOf,
  };
}

const eventOf = (e: EventRecord): EventView => ({
  id: e.id,
  topic: e.topic,
  key: e.key || null,
  eventId: e.eventId,
  schemaVersion: e.schemaVersion,
  run: e.run,
  payload: e.payload as Json,
  createdAt: instant(e.createdAt),
  sentAt: instant(e.sentAt),
  refusedAt: instant(e.refusedAt),
  refusedReason: e.refusedReason,
});

/** The newest events of the outbox, and which topics there are. */
export async function eventsView(
  { ledger }: ServiceOptions,
  q: EventFilter,
): Promise<EventsView> {
  const [events, topics] = await Promise.all([
    ledger.events({ topic: q.topic, refused: q.refused, limit: q.limit ?? 50 }),
    ledger.topics(),
  ]);
  return { events: events.map(eventOf), topics };
}
