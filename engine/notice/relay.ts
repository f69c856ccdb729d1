/** Sends the outbox to a log: in order, one send at a time, each event at least once. @module */
import { pause } from "../ledger/pause.ts";
import type { RefusedEvent } from "./publish_batch.ts";
import { sendBatches } from "./send_batches.ts";
import type { EventLog } from "./event_log.ts";
import type { Outbox } from "./outbox.ts";

/** What the relay did or met; for logs and metrics. */
export type RelayNotice =
  | { readonly kind: "sent"; readonly events: number }
  | ({ readonly kind: "refused" } & RefusedEvent)
  | { readonly kind: "failed"; readonly attempt: number; readonly retryMs: number; error: unknown };

/** How {@linkcode relay} works. */
export interface RelayOptions {
  readonly outbox: Outbox;
  readonly log: EventLog;
  /** Ends the relay; a send that is under way is waited for. */
  readonly signal: AbortSignal;
  /**
   * Resolves at the next sign of new events (NOTIFY), or when `signal` aborts. Without it only
   * the poll finds them.
   */
  readonly wake?: (signal: AbortSignal) => Promise<void>;
  /** How often to look without a sign, in milliseconds; 5000 unless told. */
  readonly pollMs?: number;
  /** Events in one send, fewer for a while after one that failed; 500 unless told. */
  readonly batch?: number;
  /** Wait after the first failure, doubled by each, in milliseconds; 200 up to 30000. */
  readonly backoffMs?: { readonly first: number; readonly most: number };
  readonly onNotice?: (notice: RelayNotice) => void;
}

/** After so many turns sends are whole again, if each of them failed before. */
const GROWTH = 16;

/**
 * Relays events until `signal` aborts.
 *
 * Any number of processes may run it: one at a time holds the outbox, for a few batches. An event is
 * marked after the log has it, so a crash in between sends it again under the same event id.
 * A failed send is repeated from the oldest event on, so nothing overtakes within a key; with half as many events, since a
 * slow line may not carry them in the time that the log is given. An event
 * that the log refuses for what is in it is set aside with the reason, and the others go on.
 */
export async function relay(options: RelayOptions): Promise<void> {
  const { outbox, log, signal, batch = 500, onNotice } = options;
  const onRefused = (one: RefusedEvent) => onNotice?.({ kind: "refused", ...one });
  const { first, most } = options.backoffMs ?? { first: 200, most: 30_000 };
  let attempt = 0;
  let size = batch;
  while (!signal.aborted) {
    // Listens before it looks, so that an event written in between is not left to the poll.
    using sign = nextSign(options, signal);
    try {
      const events = await sendBatches({ outbox, log, signal, batch: size, onRefused });
      attempt = 0;
      size = Math.min(batch, size + Math.ceil(batch / GROWTH));
      if (events > 0) onNotice?.({ kind: "sent", events });
      else await sign.seen;
    } catch (error) {
      const retryMs = Math.min(most, first * 2 ** Math.min(attempt++, 20));
      size = Math.max(1, size >> 1);
      onNotice?.({ kind: "failed", attempt, retryMs, error });
      await pause(retryMs, signal);
    }
  }
}

/** Waits for the poll, or a sign of new events, or the end; stops waiting when disposed. */
function nextSign({ wake, pollMs = 5000 }: RelayOptions, signal: AbortSignal) {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const seen = Promise.race([pause(pollMs, either), ...(wake ? [wake(either)] : [])]);
  seen.catch(() => {}); // reported to who awaits it
  return { seen, [Symbol.dispose]: () => over.abort() };
}
