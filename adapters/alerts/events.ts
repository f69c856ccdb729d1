/** Alerts as events of a log, for example Kafka. @module */
import type { AlertChannel, AlertRecord, EventLog, OutboxEvent } from "engine";
import { LIMIT_MS, noticeOf, type Phase, within } from "./notice.ts";

/** Where alerts go. */
export interface EventChannelOptions {
  /** Opens the log with the first alert; it is kept open until a send fails. */
  open(): EventLog | Promise<EventLog>;
  /** @default {"aurora.alerts"} */
  readonly topic?: string;
  /** Where the UI is, for links. */
  readonly baseUrl: string;
  /** Milliseconds after which an event counts as not sent. @default {10000} */
  readonly limitMs?: number;
}

/**
 * Tells a log of events. The key is the episode, so that beginning and end keep their order; an event that is sent twice
 * has the same `event_id`, by which readers drop it.
 */
export function eventChannel(o: EventChannelOptions): AlertChannel {
  let log: EventLog | undefined;
  return {
    name: "kafka",
    async send(alert, phase, group = []) {
      const of = group.length === 0 ? [alert] : group;
      const events = await Promise.all(of.map((a) => eventOf(a, phase, o)));
      log ??= await o.open();
      try {
        await within(o.limitMs ?? LIMIT_MS, log.publish(events));
      } catch (cause) {
        // Never again by a log whose own send may be pending; closing waits for that, we do not.
        log.close().catch(() => {});
        log = undefined;
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`Cannot send alert to topic "${topicOf(o)}": ${why}`, { cause });
      }
    },
    async close() {
      await log?.close();
      log = undefined;
    },
  };
}

const topicOf = ({ topic = "aurora.alerts" }: EventChannelOptions) => topic;

async function eventOf(
  alert: AlertRecord,
  phase: Phase,
  o: EventChannelOptions,
): Promise<OutboxEvent> {
  const { baseUrl } = o;
  const { link, runbook } = noticeOf(alert, phase, baseUrl);
  return {
    id: BigInt(alert.id),
    topic: topicOf(o),
    key: alert.episode,
    eventId: await uuidOf(`aurora alert ${alert.id} ${alert.openedAt.toISOString()} ${phase}`),
    schemaVersion: 1,
    run: alert.run,
    createdAt: alert.resolvedAt ?? alert.openedAt,
    payload: {
      phase,
      alert: alert.id,
      episode: alert.episode,
      kind: alert.kind,
      severity: alert.severity,
      asset: alert.asset,
      title: alert.title,
      message: alert.message,
      opened_at: alert.openedAt.toISOString(),
      resolved_at: alert.resolvedAt?.toISOString() ?? null,
      link,
      runbook,
    },
  };
}

/** The same UUID for the same name, of version 8: made of SHA-256. */
async function uuidOf(name: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(name));
  const b = new Uint8Array(hash).subarray(0, 16);
  b[6] = b[6]! & 0x0f | 0x80;
  b[8] = b[8]! & 0x3f | 0x80;
  return b.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
