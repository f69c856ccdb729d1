/**
 * What people and channels make of alerts: deliveries, acknowledgements, silences.
 *
 * @module
 */
import type { AlertRecord } from "./records.ts";

/** Whether an episode began or ended. */
export type AlertPhase = "open" | "resolved";

/** What a channel was told, or could not be told, of an episode. */
export interface DeliveryRecord {
  /** {@linkcode AlertRecord.id} */
  readonly alert: string;
  readonly phase: AlertPhase;
  readonly channel: string;
  /** How often it was told. */
  readonly sends: number;
  /** When it was told last; null: never. */
  readonly sentAt: Date | null;
  /** Tries in a row that failed since. */
  readonly failures: number;
  /** Why the last try failed; null if it did not. */
  readonly error: string | null;
  /** When it is tried again; null if nothing failed. */
  readonly nextAt: Date | null;
}

/** Which alerts; all that is given must fit, and in texts `*` stands for anything. */
export interface AlertMatcher {
  readonly kind?: string | undefined;
  readonly severity?: string | undefined;
  readonly asset?: string | undefined;
  readonly episode?: string | undefined;
}

/** What nobody is told for a while. */
export interface SilenceRecord {
  readonly id: string;
  readonly matcher: AlertMatcher;
  readonly reason: string;
  /** Who asked for it. */
  readonly by: string;
  readonly at: Date;
  /** When it is over, or was ended. */
  readonly until: Date;
  /** Who ended it before its time; null if nobody did. */
  readonly endedBy: string | null;
}

/** A silence before it is remembered. */
export type Silencing = Pick<SilenceRecord, "matcher" | "reason" | "by" | "until">;

/** Looking after alerts. */
export interface Alerting {
  /** Deliveries of episodes that are open or ended within the last day. */
  deliveries(): Promise<readonly DeliveryRecord[]>;
  /** Remembers that a channel could not be told: one failure more, and when it is tried again. */
  untold(
    at: Pick<DeliveryRecord, "alert" | "phase" | "channel">,
    trouble: { readonly error: string; readonly nextAt: Date },
  ): Promise<void>;
  /**
   * Remembers who looks after an open episode; the first one stays. Gives the episode; undefined if there is none of that
   * id, or it is over.
   */
  acknowledge(
    id: string,
    by: { readonly by: string; readonly note: string },
  ): Promise<AlertRecord | undefined>;
  /** Remembers a silence. */
  silence(silencing: Silencing): Promise<SilenceRecord>;
  /** Ends a silence now. False if there is none of that id that goes on. */
  unsilence(id: string, by: string): Promise<boolean>;
  /** Silences that go on or ended within the last day, newest first. */
  silences(): Promise<readonly SilenceRecord[]>;
}
