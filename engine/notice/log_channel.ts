/** Alerts as lines of the log: always there, whatever else is set up. @module */
import type { AlertChannel } from "./channel.ts";

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
export function logChannel(print: (line: string) => void): AlertChannel {
  return {
    name: "log",
    policy: { isRecord: true },
    send(alert, phase) {
      const word = phase === "open" ? alert.severity : "resolved";
      const told = [alert.title, ...alert.message.split("\n")].filter(Boolean).join(" | ");
      print(`alert ${alert.id} ${word}: ${told}`);
      return Promise.resolve();
    },
  };
}
