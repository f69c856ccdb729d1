/** What people read of an alert, whatever carries it. @module */
import type { AlertChannel, AlertRecord } from "engine";

/** Whether an episode began or ended. */
export type Phase = Parameters<AlertChannel["send"]>[1];

/** The words of one notice. */
export interface Notice {
  /** One line: `late: "features/activity" is late`. */
  readonly subject: string;
  /** Why, in some lines. */
  readonly message: string;
  /** Since when, and until when if it is over; UTC. */
  readonly times: string;
  /** The page to look at: of the run, the asset, or all alerts. */
  readonly link: string;
  /** The page that says what to do about alerts of this kind. */
  readonly runbook: string;
}

/** Milliseconds after which a notice counts as not delivered. */
export const LIMIT_MS = 10_000;

const minute = (at: Date) => `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;

function times({ openedAt, resolvedAt }: AlertRecord): string {
  const since = `Since ${minute(openedAt)}`;
  return resolvedAt ? `${since}, resolved at ${minute(resolvedAt)}` : since;
}

/** Where an alert is looked into, below a base such as `https://aurora.example.com`. */
export function linkOf(alert: AlertRecord, baseUrl: string): string {
  const base = baseUrl.replace(/\/+$/, "");
  if (alert.run !== null) return `${base}/runs/${encodeURIComponent(alert.run)}`;
  if (alert.asset === null) return `${base}/alerts`;
  return `${base}/assets/${alert.asset.split("/").map(encodeURIComponent).join("/")}`;
}

/** What to do about alerts of a kind, below a base such as `https://aurora.example.com`. */
export const runbookOf = ({ kind }: Pick<AlertRecord, "kind">, baseUrl: string): string =>
  `${baseUrl.replace(/\/+$/, "")}/runbook#${kind}`;

/** In one line: what ends a line would end a header. */
const oneLine = (text: string) => text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();

/** An alert in words. */
export function noticeOf(alert: AlertRecord, phase: Phase, baseUrl: string): Notice {
  return {
    subject: oneLine(`${phase === "open" ? alert.kind : "resolved"}: ${alert.title}`),
    message: alert.message,
    times: times(alert),
    link: linkOf(alert, baseUrl),
    runbook: runbookOf(alert, baseUrl),
  };
}

/** A reason without what must stay secret, plain or as it travels. */
export function masked(text: string, secrets: readonly string[]): string {
  const forms = secrets.filter(Boolean)
    .flatMap((s) => [s, encodeURIComponent(s)]);
  return forms.reduce((shown, form) => shown.replaceAll(form, "***"), text);
}

/** What `work` gives, or an error after so many milliseconds: limits of a driver are for single phases of it. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
