import type { AlertRecord } from "engine";

/** An episode that began on a morning; tests change what they are about. */
export function alert(changes: Partial<AlertRecord> = {}): AlertRecord {
  return {
    id: "7",
    episode: "late:features/activity",
    kind: "late",
    severity: "error",
    asset: "features/activity",
    run: null,
    title: '"features/activity" is late',
    message: "built 2 d 1 h ago, late by 19 h",
    openedAt: new Date("2025-01-28T06:00:00Z"),
    resolvedAt: null,
    openSent: [],
    resolvedSent: [],
    acknowledgedAt: null,
    acknowledgedBy: null,
    note: null,
    ...changes,
  };
}

/** The same episode at its end. */
export const resolved = (changes: Partial<AlertRecord> = {}): AlertRecord =>
  alert({ resolvedAt: new Date("2025-01-28T06:45:00Z"), ...changes });
