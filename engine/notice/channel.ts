/** The port to where people are told. @module */
import type { AlertRecord } from "../ledger/records.ts";

/** One way to tell people: a mailbox, a webhook. */
export interface AlertChannel {
  /** For the record of who was told: `smtp`, `webhook`, `log`. */
  readonly name: string;
  /** Tells that an episode began or ended. Rejects if nobody could be told; it is tried again. */
  send(alert: AlertRecord, phase: "open" | "resolved"): Promise<void>;
}
