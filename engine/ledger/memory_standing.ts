/**
 * Cursors and alerts of the in-memory ledger.
 *
 * @module
 */
import { deliveryOf } from "./memory_alerting.ts";
import { refuseDisorder, submit } from "./memory_runs.ts";
import { type MemoryState, type Mutable, remember } from "./memory_state.ts";
import type { Advance, AlertRecord, CursorRecord, Submitted } from "./records.ts";

/** All cursors whose name begins so. */
export function cursors(state: MemoryState, prefix: string): CursorRecord[] {
  return [...state.cursors.values()].filter((cursor) => cursor.name.startsWith(prefix));
}

/** Moves a cursor and submits its runs, unless somebody else moved it first. */
export function advance(state: MemoryState, step: Advance): Submitted[] | undefined {
  const before = state.cursors.get(step.name);
  if ((before?.revision ?? 0) !== step.revision) return undefined;
  step.submissions.forEach(refuseDisorder); // before the first of them is remembered
  const submitted = step.submissions.map((submission) => submit(state, submission));
  const run = submitted.at(-1)?.run ?? null;
  state.cursors.set(step.name, {
    name: step.name,
    value: structuredClone(step.value),
    revision: step.revision + 1,
    at: state.now(),
    result: step.result,
    outcome: step.outcome,
    run: run ?? before?.run ?? null,
  });
  if (step.outcome === "skipped") return submitted;
  remember(state, {
    kind: "tick",
    name: step.name,
    run,
    state: step.outcome,
    data: {
      ...structuredClone(step.data),
      result: step.result,
      runs: submitted.map(({ run }) => run),
    },
  });
  return submitted;
}

/** What opens an episode. */
export type Opening = Pick<
  AlertRecord,
  "episode" | "kind" | "severity" | "asset" | "run" | "title" | "message"
>;

/** Opens an episode unless it is open. */
export function open(state: MemoryState, opening: Opening): AlertRecord | undefined {
  if (openOne(state, opening.episode) !== undefined) return undefined;
  const alert: Mutable<AlertRecord> = {
    ...opening,
    id: String(state.alerts.length + 1),
    openedAt: state.now(),
    resolvedAt: null,
    openSent: [],
    resolvedSent: [],
    acknowledgedAt: null,
    acknowledgedBy: null,
    note: null,
  };
  state.alerts.push(alert);
  rememberAlert(state, alert, "open");
  return { ...alert };
}

/** Ends an open episode. */
export function resolve(state: MemoryState, episode: string): AlertRecord | undefined {
  const alert = openOne(state, episode);
  if (alert === undefined) return undefined;
  alert.resolvedAt = state.now();
  rememberAlert(state, alert, "resolved");
  return { ...alert };
}

/** Remembers that a channel was told. */
export function told(
  state: MemoryState,
  id: string,
  of: "open" | "resolved",
  channel: string,
): void {
  const alert = state.alerts.find((a) => a.id === id);
  if (alert === undefined) return;
  const list = of === "open" ? "openSent" : "resolvedSent";
  if (!alert[list].includes(channel)) alert[list] = [...alert[list], channel];
  const delivery = deliveryOf(state, { alert: id, phase: of, channel });
  delivery.sends++;
  Object.assign(delivery, { sentAt: state.now(), failures: 0, error: null, nextAt: null });
}

/** Episodes: open ones first, then newest first. */
export function alerts(state: MemoryState, limit: number): AlertRecord[] {
  const isEnded = (alert: AlertRecord) => Number(alert.resolvedAt !== null);
  return [...state.alerts]
    .sort((a, b) => isEnded(a) - isEnded(b) || Number(b.id) - Number(a.id))
    .slice(0, limit)
    .map((alert) => ({ ...alert }));
}

const openOne = (state: MemoryState, episode: string) =>
  state.alerts.find((alert) => alert.episode === episode && alert.resolvedAt === null);

function rememberAlert(state: MemoryState, alert: AlertRecord, to: "open" | "resolved"): void {
  const { episode, severity, title } = alert;
  const data = { alert: alert.id, episode, severity, title };
  remember(state, { kind: "alert", name: alert.asset, run: alert.run, state: to, data });
}
