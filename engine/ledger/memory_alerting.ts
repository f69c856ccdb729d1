/**
 * Deliveries, acknowledgements and silences of the in-memory ledger.
 *
 * @module
 */
import type { DeliveryRecord, SilenceRecord, Silencing } from "./alerting.ts";
import { type MemoryState, type Mutable, remember } from "./memory_state.ts";
import type { AlertRecord } from "./records.ts";

const DAY_MS = 24 * 3_600_000;

/** Deliveries of episodes that are open or ended within the last day. */
export function deliveries(state: MemoryState): DeliveryRecord[] {
  const since = state.now().getTime() - DAY_MS;
  const recent = new Set(
    state.alerts.filter((a) => a.resolvedAt === null || a.resolvedAt.getTime() > since)
      .map((a) => a.id),
  );
  return [...state.deliveries.values()].filter((d) => recent.has(d.alert)).map((d) => ({ ...d }));
}

type At = Pick<DeliveryRecord, "alert" | "phase" | "channel">;

/** The delivery, made if it is not there. */
export function deliveryOf(state: MemoryState, at: At): Mutable<DeliveryRecord> {
  const key = JSON.stringify([at.alert, at.phase, at.channel]);
  const found = state.deliveries.get(key) ?? {
    alert: at.alert,
    phase: at.phase,
    channel: at.channel,
    sends: 0,
    sentAt: null,
    failures: 0,
    error: null,
    nextAt: null,
  };
  state.deliveries.set(key, found);
  return found;
}

/** Remembers that a channel could not be told. */
export function untold(
  state: MemoryState,
  at: At,
  { error, nextAt }: { readonly error: string; readonly nextAt: Date },
): void {
  if (!state.alerts.some((a) => a.id === at.alert)) return;
  const delivery = deliveryOf(state, at);
  delivery.failures++;
  Object.assign(delivery, { error, nextAt });
}

/** Remembers who looks after an open episode. */
export function acknowledge(
  state: MemoryState,
  id: string,
  { by, note }: { readonly by: string; readonly note: string },
): AlertRecord | undefined {
  const alert = state.alerts.find((a) => a.id === id && a.resolvedAt === null);
  if (alert === undefined) return undefined;
  if (alert.acknowledgedAt === null) {
    Object.assign(alert, { acknowledgedAt: state.now(), acknowledgedBy: by, note });
    const { asset: name, run, episode } = alert;
    const data = { alert: id, episode, by, note };
    remember(state, { kind: "alert", name: name ?? episode, run, state: "acknowledged", data });
  }
  return { ...alert };
}

/** Remembers a silence. */
export function silence(state: MemoryState, silencing: Silencing): SilenceRecord {
  const id = String(state.silences.length + 1);
  const made = { ...structuredClone(silencing), id, at: state.now(), endedBy: null };
  state.silences.push(made);
  const data = { by: made.by, reason: made.reason, matcher: { ...made.matcher } as never };
  remember(state, { kind: "alert", name: `silence:${id}`, run: null, state: "silenced", data });
  return { ...made };
}

/** Ends a silence now. */
export function unsilence(state: MemoryState, id: string, by: string): boolean {
  const now = state.now();
  const found = state.silences.find((s) => s.id === id && s.until > now);
  if (found === undefined) return false;
  Object.assign(found, { until: now, endedBy: by });
  const data = { by };
  remember(state, { kind: "alert", name: `silence:${id}`, run: null, state: "unsilenced", data });
  return true;
}

/** Silences that go on or ended within the last day, newest first. */
export function silences(state: MemoryState): SilenceRecord[] {
  const since = state.now().getTime() - DAY_MS;
  return state.silences.filter((s) => s.until.getTime() > since).toReversed()
    .map((s) => ({ ...s }));
}
