/**
 * Alerts as people see them and look after them.
 *
 * @module
 */
import type { Severity } from "../declare/check.ts";
import type { AlertKind } from "../ledger/records.ts";

/** What a channel was told of an episode, or could not be told. */
export interface DeliveryView {
  readonly channel: string;
  readonly phase: "open" | "resolved";
  readonly sends: number;
  readonly sentAt: string | null;
  /** Tries in a row that failed since, why the last did, and when the next one is. */
  readonly failures: number;
  readonly error: string | null;
  readonly nextAt: string | null;
}

/** An episode of something being wrong; it ends by `resolvedAt`. */
export interface AlertView {
  readonly id: string;
  readonly episode: string;
  readonly kind: AlertKind;
  readonly severity: Severity;
  readonly asset: string | null;
  readonly title: string;
  readonly message: string;
  readonly openedAt: string;
  readonly resolvedAt: string | null;
  readonly run: string | null;
  /** Who was told: `smtp`, `webhook`; always `log`. */
  readonly sentTo: readonly string[];
  readonly deliveries: readonly DeliveryView[];
  /** Who looks after it. */
  readonly acknowledged:
    | { readonly by: string; readonly at: string; readonly note: string }
    | null;
  /** The silence that keeps it from being told, by its id. */
  readonly silence: string | null;
}

/** Which alerts; all that is given must fit, `*` stands for anything. */
export interface MatcherView {
  readonly kind?: string | undefined;
  readonly severity?: string | undefined;
  readonly asset?: string | undefined;
  readonly episode?: string | undefined;
}

/** What nobody is told for a while. */
export interface SilenceView {
  readonly id: string;
  readonly matcher: MatcherView;
  readonly reason: string;
  readonly by: string;
  readonly at: string;
  readonly until: string;
  readonly endedBy: string | null;
  /** Whether it holds now. */
  readonly active: boolean;
}

/** A silence that is asked for: `until` an instant, or `for` so long. */
export interface SilenceRequest {
  readonly matcher: MatcherView;
  readonly reason: string;
  /** Like `2025-01-28T06:00:00Z`. */
  readonly until?: string | undefined;
  /** Like `2h`. */
  readonly for?: string | undefined;
  readonly by?: string | undefined;
}

/** Looking after alerts. Who does what and when is remembered. */
export interface AlertService {
  /** Open ones first, then resolved ones, newest first. */
  alerts(): Promise<readonly AlertView[]>;
  /** Says that somebody looks after an open one: it is neither repeated nor escalated. The first who says so stays. */
  acknowledge(
    id: string,
    request?: { readonly by?: string | undefined; readonly note?: string | undefined },
  ): Promise<AlertView>;
  /** Silences that hold or ended within the last day, newest first. */
  silences(): Promise<readonly SilenceView[]>;
  /** Lets nobody be told of some alerts for a while; those that are still open after it are told then. */
  silence(request: SilenceRequest): Promise<SilenceView>;
  /** Ends a silence now. */
  endSilence(id: string, request?: { readonly by?: string | undefined }): Promise<SilenceView>;
  /** Opens an alert that means nothing and is over after a minute: all channels are told of it by the servers. */
  testAlerts(request?: { readonly by?: string | undefined }): Promise<AlertView>;
}
