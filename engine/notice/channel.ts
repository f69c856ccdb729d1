/** The port to where people are told. @module */
import type { AlertRecord } from "../ledger/records.ts";
import type { ChannelPolicy } from "./telling.ts";

/** One way to tell people: a mailbox, a webhook. */
export interface AlertChannel {
  /** Who was told, on record: `smtp`, `webhook`, `log`. Unique among the channels. */
  readonly name: string;
  /** When it is told; at once and once, unless it says otherwise. */
  readonly policy?: ChannelPolicy;
  /**
   * Tells that an episode began or ended; of one that ended before the channel could be reached, only that it is over.
   * Rejects within seconds if nobody could be told; it is tried again, later and later. Of several episodes told as one
   * `alert` has the words for all, and `group` each of them.
   */
  send(
    alert: AlertRecord,
    phase: "open" | "resolved",
    group?: readonly AlertRecord[],
  ): Promise<void>;
  /** Ends its connections, if it keeps some. */
  close?(): Promise<void>;
}
