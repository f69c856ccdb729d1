/** Tells channels what they do not know, and remembers what could not be told. @module */
import { masked } from "../declare/secret.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { AlertChannel } from "./channel.ts";
import { grouped, wordsFor } from "./group.ts";
import { retryMs, type Telling, tellings } from "./telling.ts";

/** What delivering needs. */
export interface Delivering {
  readonly ledger: Pick<Ledger, "alerts" | "deliveries" | "silences" | "told" | "untold">;
  readonly channels: readonly AlertChannel[];
  /** Is told of a channel that could not be reached. */
  onTrouble?(error: unknown): void;
}

/** Episodes that are looked at, open ones first. */
export const MOST_ALERTS = 1_000;

/** What each channel has to be told, also what waits for its next try. */
export async function undelivered(
  { ledger, channels }: Delivering,
  since: { readonly [channel: string]: string },
  now: Date,
): Promise<ReadonlyMap<AlertChannel, readonly Telling[]>> {
  const [alerts, deliveries, silences] = await Promise.all([
    ledger.alerts(MOST_ALERTS),
    ledger.deliveries(),
    ledger.silences(),
  ]);
  const facts = { now, alerts, deliveries, silences };
  return new Map(channels.map((channel) => {
    const { name, policy = {} } = channel;
    const first = new Date(since[name] ?? now);
    return [channel, tellings({ ...facts, channel: name, policy, since: first })];
  }));
}

/**
 * Tells each channel what is due, oldest first; one that cannot be reached is left alone until the next look. Channels are
 * told side by side: one that hangs keeps nothing from the others.
 */
export async function deliver(
  o: Delivering,
  since: { readonly [channel: string]: string },
  { now, limitMs }: { readonly now: Date; readonly limitMs: number },
): Promise<void> {
  let isEnough = false;
  const timer = setTimeout(() => isEnough = true, limitMs);
  const tellAll = async ([channel, all]: readonly [AlertChannel, readonly Telling[]]) => {
    const due = all.filter((t) => t.notBefore === null || t.notBefore <= now);
    const parts = channel.policy?.isRecord ? due.map((t) => [t]) : grouped(due);
    for (const part of parts) {
      if (isEnough || !await tell(o, channel, part, now)) break;
    }
  };
  try {
    const telling = [...await undelivered(o, since, now)].map(tellAll);
    for (const ended of await Promise.allSettled(telling)) {
      if (ended.status === "rejected") throw ended.reason;
    }
  } finally {
    clearTimeout(timer);
  }
}

/** False if the channel could not be reached. */
async function tell(
  { ledger, onTrouble }: Delivering,
  channel: AlertChannel,
  part: readonly Telling[],
  now: Date,
): Promise<boolean> {
  const { phase } = part[0]!;
  const alerts = part.map((t) => t.alert);
  try {
    const [first] = alerts;
    if (alerts.length === 1) await channel.send(first!, phase);
    else await channel.send(wordsFor(alerts), phase, alerts);
  } catch (error) {
    onTrouble?.(error);
    const why = masked(error instanceof Error ? error.message : String(error));
    for (const { alert, failures } of part) {
      const nextAt = new Date(now.getTime() + retryMs(failures + 1));
      await ledger.untold({ alert: alert.id, phase, channel: channel.name }, {
        error: why,
        nextAt,
      });
    }
    return false;
  }
  for (const alert of alerts) await ledger.told(alert.id, phase, channel.name);
  return true;
}
