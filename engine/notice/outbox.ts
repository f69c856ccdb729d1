/** The port to the outbox: events written with the data that they tell of. @module */
import type { OutboxEvent } from "./event_log.ts";

/** How far the relay is behind. */
export interface OutboxLag {
  /** Events not yet sent. */
  readonly pending: number;
  /** When the oldest of them was written; `null` if all are sent. */
  readonly oldest: Date | null;
  /** Events that the log refused for what is in them; they are not pending. */
  readonly refused: number;
}

/** What the holder of the outbox may do. */
export interface OutboxTake {
  /** The oldest events not yet sent and not refused, at most `limit`, by id; of those behind `after`, if it is given. */
  pending(limit: number, after?: bigint): Promise<OutboxEvent[]>;
  /** Remembers that events are safe in the log. */
  markSent(ids: readonly bigint[]): Promise<void>;
  /** Sets an event aside that the log refused, with the reason. */
  markRefused(id: bigint, reason: string): Promise<void>;
}

/** Events waiting to be sent. */
export interface Outbox {
  /**
   * Runs `work` while no other process holds the outbox; gives `false` without running it if
   * another one does. What `work` marks as sent is remembered when it returns.
   */
  lock(work: (take: OutboxTake) => Promise<void>): Promise<boolean>;
  /** How far the relay is behind; one query. */
  lag(): Promise<OutboxLag>;
}
