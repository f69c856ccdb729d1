/**
 * What a process says of itself: one line an event, without secrets.
 *
 * @module
 */
import { type Json, masked, maskedJson } from "engine";

/** How bad an event is. */
export type LogLevel = "info" | "warn" | "error";

/** What else is known of an event, by name. */
export type LogFields = { readonly [name: string]: unknown };

/** An event besides its message. */
export interface LogEvent {
  /** @default {"info"} */
  readonly level?: LogLevel;
  /** What programs are to find events by. */
  readonly fields?: LogFields;
}

/** Says something in one line. */
export type Print = (message: string, event?: LogEvent) => void;

/** How lines look. */
export type LogFormat = "json" | "text";

/**
 * The format that is set.
 *
 * @throws {SyntaxError} If it is neither `json` nor `text`.
 */
export function logFormat(text: string | undefined): LogFormat {
  if (text === undefined || text === "") return "text";
  if (text === "json" || text === "text") return text;
  throw new SyntaxError(`Cannot read AURORA_LOG: "${text}" is neither "json" nor "text"`);
}

/** Names that an event cannot take from a line. */
const OWN = new Set(["time", "level", "message"]);

/**
 * One event as one line. JSON has `time` (ISO, UTC), `level`, `message`, then the fields; text has time and message,
 * and the level where it is not `info`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lineOf } from "./log.ts";
 *
 * const at = new Date("2025-01-27T06:00:00Z");
 * assertEquals(
 *   lineOf("json", at, "Worker joined", { fields: { worker: "7" } }),
 *   '{"time":"2025-01-27T06:00:00.000Z","level":"info","message":"Worker joined","worker":"7"}',
 * );
 * assertEquals(lineOf("text", at, "Too late", { level: "warn" }), "2025-01-27T06:00:00.000Z WARN Too late");
 * ```
 */
export function lineOf(format: LogFormat, at: Date, message: string, event: LogEvent = {}): string {
  const { level = "info", fields = {} } = event;
  const time = at.toISOString();
  if (format === "text") {
    return `${time} ${level === "info" ? "" : `${level.toUpperCase()} `}${masked(message)}`;
  }
  const named = maskedJson(fields) as { readonly [name: string]: Json };
  const own = Object.entries(named).map(([k, v]) => [OWN.has(k) ? `field_${k}` : k, v]);
  return JSON.stringify({ time, level, message: masked(message), ...Object.fromEntries(own) });
}

/** A log that writes lines. */
export const printer = (
  format: LogFormat,
  write: (line: string) => void,
  fields: LogFields = {},
): Print =>
(message, event = {}) =>
  write(lineOf(format, new Date(), message, { ...event, fields: { ...fields, ...event.fields } }));

/** An event that another process wrote as JSON; undefined if the line is something else. */
export function eventIn(line: string): { readonly message: string } & LogEvent | undefined {
  if (!line.startsWith('{"time":')) return undefined;
  try {
    const { time: _, level, message, ...fields } = JSON.parse(line) as Record<string, Json>;
    if (typeof message !== "string") return undefined;
    return { message, level: level === "warn" || level === "error" ? level : "info", fields };
  } catch {
    return undefined;
  }
}

/** What was thrown, as a field: the chain of causes belongs to it. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: String(error) };
  const { name, message, stack, cause } = error;
  const because = cause === undefined ? {} : { cause: errorFields(cause) };
  return { error: { name, message, stack: stack ?? "", ...because } };
}
