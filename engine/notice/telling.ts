/** What a channel has to be told now: the beginning, again, later than others, the end. @module */
import type {
  AlertMatcher,
  AlertPhase,
  DeliveryRecord,
  SilenceRecord,
} from "../ledger/alerting.ts";
import type { Severity } from "../declare/check.ts";
import type { AlertRecord } from "../ledger/records.ts";
import { SEVERITIES } from "./rule_values.ts";

/** When a channel is told. */
export interface ChannelPolicy {
  /** Told of everything at once and once, silenced or not: the log. @default {false} */
  readonly isRecord?: boolean;
  /** Told only of what is at least so severe; trying the channels always is. @default {"warning"} */
  readonly least?: Severity;
  /** Milliseconds after which it is told of what is open and nobody acknowledged. @default {0} */
  readonly afterMs?: number;
  /** Milliseconds after which it is told again of what is open and nobody acknowledged; never if it is not given. */
  readonly repeatMs?: number;
}

/** What is known of a channel. */
export interface TellingFacts {
  readonly channel: string;
  readonly policy: ChannelPolicy;
  /** Since when the channel is set up: what was over before is not told. */
  readonly since: Date;
  readonly now: Date;
  readonly alerts: readonly AlertRecord[];
  readonly deliveries: readonly DeliveryRecord[];
  readonly silences: readonly SilenceRecord[];
}

/** One notice that a channel is to have. */
export interface Telling {
  readonly alert: AlertRecord;
  readonly phase: AlertPhase;
  /** Tries in a row that failed. */
  readonly failures: number;
  /** Before that it is not tried again. */
  readonly notBefore: Date | null;
}

/** What was over for longer is not told any more: a channel that was away does not flood people when it is back. */
const STALE_NOTICE_MS = 24 * 3_600_000;

/** All that a channel has to be told, oldest first, also what waits for its next try. */
export function tellings(f: TellingFacts): readonly Telling[] {
  const deliveries = new Map(
    f.deliveries.filter((d) => d.channel === f.channel).map((d) => [`${d.alert} ${d.phase}`, d]),
  );
  return f.alerts.flatMap((alert) => {
    // That it fails is told by others.
    if (alert.episode === `channel:${f.channel}`) return [];
    const phase = alert.resolvedAt === null ? "open" : "resolved";
    const delivery = deliveries.get(`${alert.id} ${phase}`);
    const isWanted = phase === "open" ? beginning(f, alert, delivery) : end(f, alert);
    if (!isWanted) return [];
    return [{
      alert,
      phase,
      failures: delivery?.failures ?? 0,
      notBefore: delivery?.nextAt ?? null,
    }] as const;
  }).toSorted((a, b) =>
    a.alert.openedAt.getTime() - b.alert.openedAt.getTime() ||
    Number(a.alert.id) - Number(b.alert.id)
  );
}

function beginning(f: TellingFacts, alert: AlertRecord, delivery?: DeliveryRecord): boolean {
  const { isRecord = false, afterMs = 0, repeatMs } = f.policy;
  if (!isRecord && (isSilenced(f, alert, f.now) || isBelow(f, alert))) return false;
  const isSeen = alert.acknowledgedAt !== null;
  if (!alert.openSent.includes(f.channel)) {
    return afterMs === 0 || (!isSeen && f.now.getTime() - alert.openedAt.getTime() >= afterMs);
  }
  if (repeatMs === undefined || isSeen || isRecord) return false;
  const last = delivery?.sentAt ?? alert.openedAt;
  return f.now.getTime() - last.getTime() >= repeatMs;
}

/**
 * What was over before the channel was set up, or for long, is not told, nor what ended while nobody was to be told; what
 * ended before the channel could be reached is told once, as over.
 */
function end(f: TellingFacts, alert: AlertRecord): boolean {
  const { isRecord = false, afterMs = 0 } = f.policy;
  const over = alert.resolvedAt!;
  if (alert.resolvedSent.includes(f.channel) || over < f.since) return false;
  if (f.now.getTime() - over.getTime() >= STALE_NOTICE_MS) return false;
  if (alert.openSent.includes(f.channel)) return isRecord || !isSilenced(f, alert, f.now);
  return isRecord || (afterMs === 0 && !isSilenced(f, alert, over) && !isBelow(f, alert));
}

/** Whether the channel is only told of what is worse. */
const isBelow = ({ policy: { least = "warning" } }: TellingFacts, alert: AlertRecord): boolean =>
  alert.kind !== "test" && SEVERITIES.indexOf(alert.severity) < SEVERITIES.indexOf(least);

/** Whether a silence held at an instant; trying the channels is never silenced. */
const isSilenced = ({ silences }: TellingFacts, alert: AlertRecord, at: Date): boolean =>
  alert.kind !== "test" &&
  silences.some((s) => s.at <= at && at < s.until && isMatched(s.matcher, alert));

/**
 * Whether a matcher means an alert: all that it gives fits, `*` for anything.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isMatched } from "engine";
 *
 * const alert = { kind: "late", severity: "error", asset: "features/mood", episode: "late:features/mood" } as const;
 * assert(isMatched({ asset: "features/*" }, alert));
 * assert(!isMatched({ asset: "features/*", severity: "critical" }, alert));
 * ```
 */
export function isMatched(
  matcher: AlertMatcher,
  alert: Pick<AlertRecord, "kind" | "severity" | "asset" | "episode">,
): boolean {
  const fits = (wanted: string | undefined, found: string | null) =>
    wanted === undefined || (found !== null && isLike(wanted, found));
  return fits(matcher.kind, alert.kind) && fits(matcher.severity, alert.severity) &&
    fits(matcher.asset, alert.asset) && fits(matcher.episode, alert.episode);
}

function isLike(pattern: string, text: string): boolean {
  const parts = pattern.split("*");
  const [first = "", ...rest] = parts;
  if (rest.length === 0) return text === pattern;
  if (!text.startsWith(first)) return false;
  const last = rest.pop()!;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** Milliseconds to the next try after so many failures: 15 s, doubled by each, at most 15 min. */
export const retryMs = (failures: number): number =>
  Math.min(15 * 60_000, 15_000 * 2 ** Math.min(failures - 1, 10));
