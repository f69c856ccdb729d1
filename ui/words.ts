// Numbers and instants for people. Pure: the moment from which one looks is an argument.

/** How long ago: "just now", "5 min ago", "2 h ago", "3 d ago"; "never" for null. */
export function ago(instant: string | null, now: Date): string {
  if (instant === null) return "never";
  const seconds = (now.getTime() - Date.parse(instant)) / 1000;
  return seconds < 10 ? "just now" : `${span(seconds)} ago`;
}

/** How soon: "in 5 min", "in 3 h"; "now" if it is due. */
export function until(instant: string, now: Date): string {
  const seconds = (Date.parse(instant) - now.getTime()) / 1000;
  return seconds <= 0 ? "now" : `in ${span(seconds)}`;
}

function span(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 48 * 3600
    ? `${Math.round(seconds / 3600)} h`
    : `${Math.round(seconds / 86400)} d`;
}

/** A duration of `ms` milliseconds: "120 ms", "21.4 s", "2 min 4 s", "3 h 10 min". */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** From one instant to another, or to now while there is no other; "—" if it has not begun. */
export function elapsed(from: string | null, to: string | null, now: Date): string {
  if (from === null) return "—";
  const end = to === null ? now.getTime() : Date.parse(to);
  return duration(Math.max(0, end - Date.parse(from)));
}

/** With thousands separated: "181,240". */
export function count(value: number): string {
  return value.toLocaleString("en");
}

/** A measured number with as many digits as say something: 181,240 or 0.8742. */
export function figure(value: number): string {
  if (Number.isInteger(value)) return count(value);
  return Math.abs(value) >= 100 ? count(Math.round(value)) : String(+value.toPrecision(4));
}

/** An instant without seconds: "2025-01-27 06:00". */
export function minute(instant: string): string {
  return instant.slice(0, 16).replace("T", " ");
}

/** The time of day with milliseconds: "06:00:02.120". */
export function clock(instant: string): string {
  return instant.slice(11, 23);
}

/** Any JSON value in one line of text. */
export function plain(value: unknown): string {
  if (typeof value === "number") return figure(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** "1 asset", "30 assets". */
export function many(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** Words for the states that assets, runs and steps are in. */
export const statusWords: Readonly<Record<string, string>> = {
  missing: "Never built",
  fresh: "Fresh",
  stale: "Stale",
  running: "Running",
  failed: "Failed",
  blocked: "Blocked",
  queued: "Queued",
  success: "Success",
  cancelled: "Cancelled",
  paused: "Paused",
  waiting: "Waiting",
  skipped: "Skipped",
};

/** Fields of a line of a log as text: `rows=500 seconds=0.4`; empty if it has none. */
export function fieldsText(fields: { readonly [name: string]: unknown } | null): string {
  if (fields === null) return "";
  return Object.entries(fields).map(([name, value]) =>
    `${name}=${
      typeof value === "number"
        ? +value.toPrecision(6)
        : typeof value === "string"
        ? value
        : JSON.stringify(value)
    }`
  ).join("  ");
}

/** What of a step is read to tell of late results. */
interface Offered {
  readonly asset: string;
  readonly partition: string | null;
  readonly attempts: readonly {
    readonly attempt: number;
    readonly late?:
      | {
        readonly at: string;
        readonly worker: string;
        readonly status: string;
        readonly error: { readonly message: string } | null;
      }
      | undefined;
  }[];
}

/** Late results as sentences. */
export function lateResults(steps: readonly Offered[]): readonly string[] {
  return steps.flatMap(({ asset, partition, attempts }) =>
    attempts.flatMap(({ attempt, late }) => {
      if (!late) return [];
      const what = late.status === "success" ? "result" : "failure";
      const why = late.error ? `: ${late.error.message}` : "";
      return `${asset}${
        partition === null ? "" : ` [${partition}]`
      }: a late ${what} of attempt ${attempt} ` +
        `by worker ${late.worker} was refused at ${clock(late.at)}${why}`;
    })
  );
}
