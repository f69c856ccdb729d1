/** The port to where people are told. @module */
import type { AlertRecord } from "../ledger/records.ts";

/** One way to tell people: a mailbox, a webhook. */
export interface AlertChannel {
  /** Who was told, on record: `smtp`, `webhook`, `log`. Unique among the channels. */
  readonly name: string;
  /**
   * Tells that an episode began or ended; of one that ended before the channel could be reached, only that it is over.
   * Rejects within seconds if nobody could be told; it is tried again at the next look.
   */
  send(alert: AlertRecord, phase: "open" | "resolved"): Promise<void>;
}
