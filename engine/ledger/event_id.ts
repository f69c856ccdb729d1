/**
 * Names events so that consumers can drop duplicates.
 *
 * @module
 */
import { createHash } from "node:crypto";

/**
 * The UUID of one event of a materialization: the same for the same place, so that what is sent
 * twice is known as one.
 *
 * `ledger` tells apart ledgers that feed one log, since the versions of each begin at 1. UUID
 * version 8 of RFC 9562: SHA-256, shortened.
 *
 * @example Same place, same id
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { eventId } from "./event_id.ts";
 *
 * assertEquals(eventId("memory", 7n, 0), eventId("memory", 7n, 0));
 * ```
 */
export function eventId(ledger: string, version: bigint, ordinal: number): string {
  const hash = createHash("sha256").update(`${ledger}/${version}/${ordinal}`).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x80;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join("-");
}
