/**
 * Alerts for people, and what people do about them.
 *
 * @module
 */
import { type Duration, positive } from "../../declare/duration.ts";
import { UnknownName } from "../../declare/errors.ts";
import { masked } from "../../declare/secret.ts";
import type { DeliveryRecord, SilenceRecord } from "../../ledger/alerting.ts";
import type { AlertRecord } from "../../ledger/records.ts";
import { isMatched } from "../../notice/telling.ts";
import type { AlertService, AlertView, MatcherView, SilenceRequest } from "../alert_views.ts";
import type { ServiceOptions } from "./ports.ts";
import { instant } from "./words.ts";

const ALERTS = 200;

/** The part of the service that is about alerts. */
export function alertService(o: ServiceOptions): AlertService {
  return {
    alerts: () => alertViews(o),
    async acknowledge(id, { by = "api", note = "" } = {}) {
      const said = { by: masked(by), note: masked(note) };
      const found = isId(id) ? await o.ledger.acknowledge(id, said) : undefined;
      if (!found) throw new UnknownName("open alert", id, undefined);
      return await viewOf(o, found);
    },
    silences: async () => (await o.ledger.silences()).map((s) => silenceView(s, o.clock.now())),
    async silence(request) {
      const now = o.clock.now();
      const made = await o.ledger.silence({
        matcher: matcherOf(request.matcher),
        reason: reasonOf(request.reason),
        by: masked(request.by ?? "api"),
        until: untilOf(request, now),
      });
      return silenceView(made, now);
    },
    async endSilence(id, { by = "api" } = {}) {
      const isEnded = isId(id) && await o.ledger.unsilence(id, masked(by));
      const found = (await o.ledger.silences()).find((s) => s.id === id);
      if (!isEnded || !found) throw new UnknownName("silence that holds", id, undefined);
      return { ...silenceView(found, o.clock.now()), active: false };
    },
    async testAlerts({ by = "api" } = {}) {
      const who = masked(by);
      const found = await o.ledger.open({
        episode: `test:${crypto.randomUUID()}`,
        kind: "test",
        severity: "warning",
        asset: null,
        run: null,
        title: "This is a test",
        message: `Nothing is wrong: ${who} tries whether alerts arrive. It is over after a minute`,
      });
      return await viewOf(o, found!);
    },
  };
}

const isId = (text: string) => /^\d{1,18}$/.test(text);

/** Episodes: open ones first, then newest first. */
export async function alertViews({ ledger, clock }: ServiceOptions): Promise<readonly AlertView[]> {
  const [alerts, deliveries, silences] = await Promise.all([
    ledger.alerts(ALERTS),
    ledger.deliveries(),
    ledger.silences(),
  ]);
  const of = Map.groupBy(deliveries, (d) => d.alert);
  const holding = silences.filter((s) => s.until > clock.now());
  return alerts.map((a) => alertOf(a, of.get(a.id) ?? [], holding));
}

async function viewOf(o: ServiceOptions, alert: AlertRecord): Promise<AlertView> {
  const known = (await alertViews(o)).find((a) => a.id === alert.id);
  return known ?? alertOf(alert, [], []);
}

function alertOf(
  a: AlertRecord,
  deliveries: readonly DeliveryRecord[],
  silences: readonly SilenceRecord[],
): AlertView {
  const isSilent = a.resolvedAt === null && a.kind !== "test";
  return {
    id: a.id,
    episode: a.episode,
    kind: a.kind,
    severity: a.severity,
    asset: a.asset,
    title: a.title,
    message: a.message,
    openedAt: instant(a.openedAt),
    resolvedAt: instant(a.resolvedAt),
    run: a.run,
    sentTo: [...new Set(["log", ...a.openSent, ...a.resolvedSent])],
    deliveries: deliveries.map(({ alert: _, ...d }) => ({
      ...d,
      sentAt: instant(d.sentAt),
      nextAt: instant(d.nextAt),
    })),
    acknowledged: a.acknowledgedAt === null ? null : {
      by: a.acknowledgedBy ?? "",
      at: instant(a.acknowledgedAt),
      note: a.note ?? "",
    },
    silence: isSilent ? silences.find((s) => isMatched(s.matcher, a))?.id ?? null : null,
  };
}

const silenceView = (s: SilenceRecord, now: Date) => ({
  ...s,
  at: instant(s.at),
  until: instant(s.until),
  active: s.until > now,
});

function matcherOf({ kind, severity, asset, episode }: MatcherView): MatcherView {
  const given = Object.entries({ kind, severity, asset, episode })
    .filter(([, wanted]) => wanted !== undefined && wanted !== "");
  if (given.length > 0) return Object.fromEntries(given);
  throw new RangeError(
    'Cannot silence: no kind, severity, asset or episode is given; for all alerts say kind "*"',
  );
}

function reasonOf(text: string): string {
  if (text.trim() !== "") return masked(text.trim());
  throw new RangeError("Cannot silence: no reason is given, and others will ask for it");
}

function untilOf({ until, for: long }: SilenceRequest, now: Date): Date {
  if ((until === undefined) === (long === undefined)) {
    throw new RangeError(
      'Cannot silence: give either until, like "2025-01-28T06:00:00Z", or for, like "2h"',
    );
  }
  const end = until === undefined ? new Date(now.getTime() + forMs(long!)) : new Date(until);
  if (end > now) return end;
  throw new RangeError(`Cannot silence until "${until}": that is no instant to come`);
}

function forMs(text: string): number {
  try {
    return positive(text as Duration, "silence");
  } catch {
    throw new RangeError(`Cannot silence for "${text}": it is not like "30m" or "2h"`);
  }
}
