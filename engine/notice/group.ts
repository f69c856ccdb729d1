/** Many episodes in one notice. @module */
import type { AlertRecord } from "../ledger/records.ts";
import type { Telling } from "./telling.ts";

/** Up to so many each have a notice of their own. */
const APART = 3;
/** More than so many do not fit into one notice. */
const MOST = 50;

const RANK = ["warning", "error", "critical"];

/** Tellings in the order in which they are told, those that are told together in one list. */
export function grouped(tellings: readonly Telling[]): readonly (readonly Telling[])[] {
  const phases = Map.groupBy(tellings, (t) => t.phase);
  return [...phases.values()].flatMap((of) => {
    if (of.length <= APART) return of.map((t) => [t]);
    const parts: Telling[][] = [];
    for (let i = 0; i < of.length; i += MOST) parts.push(of.slice(i, i + MOST));
    return parts;
  });
}

/** The words for all: the newest of them, as bad as the worst, about none of their assets. */
export function wordsFor(alerts: readonly AlertRecord[]): AlertRecord {
  const newest = alerts.at(-1)!;
  if (alerts.length === 1) return newest;
  const worst = alerts.map((a) => a.severity)
    .toSorted((a, b) => RANK.indexOf(b) - RANK.indexOf(a))[0]!;
  const kinds = new Set(alerts.map((a) => a.kind));
  return {
    ...newest,
    kind: kinds.size === 1 ? newest.kind : "other",
    severity: worst,
    asset: null,
    run: null,
    title: `${alerts.length} alerts: ${alerts[0]!.title} and ${alerts.length - 1} more`,
    message: alerts.map((a) => `${a.severity}: ${a.title}`).join("\n"),
    openedAt: alerts[0]!.openedAt,
  };
}
