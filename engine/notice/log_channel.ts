/** Alerts as lines of the log: always there, whatever else is set up. @module */
import type { AlertChannel } from "./channel.ts";

/** Takes a line, and what programs are to find it by. */
export type LogPrint = (
  line: string,
  event?: {
    readonly level: "info" | "warn" | "error";
    readonly fields: { readonly [name: string]: string | null };
  },
) => void;

/**
 * A channel that prints one line for each beginning and end of an episode.
 *
 * @example
 * ```ts
 * import { logChannel } from "engine";
 *
 * const lines: string[] = [];
 * logChannel((line) => lines.push(line));
 * ```
 */
export function logChannel(print: LogPrint): AlertChannel {
  return {
    name: "log",
    policy: { isRecord: true },
    send(alert, phase) {
      const word = phase === "open" ? alert.severity : "resolved";
      const told = [alert.title, ...alert.message.split("\n")].filter(Boolean).join(" | ");
      const { id, kind, severity, asset, run } = alert;
      const fields = { alert: id, kind, severity, phase, asset, run };
      const level = phase === "resolved" ? "info" : severity === "warning" ? "warn" : "error";
      print(`alert ${id} ${word}: ${told}`, { level, fields });
      return Promise.resolve();
    },
  };
}
