/** Sends a few batches of the outbox while it is held, and reads and marks while it sends. @module */
import { publishBatch, type RefusedEvent } from "./publish_batch.ts";
import type { EventLog, OutboxEvent } from "./event_log.ts";
import type { Outbox, OutboxTake } from "./outbox.ts";

/** What is sent, and where to. */
export interface Sending {
  readonly outbox: Outbox;
  readonly log: EventLog;
  /** Ends it after the batch that is being sent. */
  readonly signal: AbortSignal;
  /** Events in one send. */
  readonly batch: number;
  onRefused(refused: RefusedEvent): void;
}

/**
 * Batches of one lock. Their marks are kept together: a process that is killed sends so many again at most.
 * One batch a lock took 1.3 times as long (bench/relay_events.ts), since nothing was sent while the outbox was read.
 */
const BATCHES = 4;

/**
 * Sends what is oldest, one send at a time; gives how many events were sent or refused: 0 if there is nothing, or another
 * relay is at it. What was sent is marked, also when it throws since the log does not serve.
 */
export async function sendBatches(s: Sending): Promise<number> {
  let done = 0;
  let broken: { readonly error: unknown } | undefined;
  await s.outbox.lock(async (take) => {
    const marks: Promise<void>[] = [];
    for await (const events of batches(take, s)) {
      // Awaited to its end, whatever happens: a send of ours that is given up and repeated would
      // be a new sequence for the broker, which could then not tell the copy.
      const delivery = await publishBatch(s.log, events);
      marks.push(settledLater(mark(take, delivery.sent, delivery.refused)));
      delivery.refused.forEach((one) => s.onRefused(one));
      done += delivery.sent.length + delivery.refused.length;
      broken = delivery.broken;
      if (broken) break;
    }
    await Promise.all(marks);
  });
  // After the marks are kept: what the log has is not sent again because the rest failed.
  if (broken) throw (broken as { readonly error: unknown }).error;
  return done;
}

/** Gives batch after batch, and asks for the next one before it gives the one that is there. */
async function* batches(
  take: OutboxTake,
  { batch, signal }: Sending,
): AsyncGenerator<readonly OutboxEvent[], void, void> {
  let next: Promise<OutboxEvent[]> | undefined = take.pending(batch);
  for (let left = BATCHES; next;) {
    const events: readonly OutboxEvent[] = await next;
    const last = events.at(-1);
    if (!last || signal.aborted) return;
    const isLast = --left === 0 || events.length < batch;
    next = isLast ? undefined : settledLater(take.pending(batch, last.id));
    yield events;
  }
}

async function mark(
  take: OutboxTake,
  sent: readonly OutboxEvent[],
  refused: readonly RefusedEvent[],
): Promise<void> {
  if (sent.length > 0) await take.markSent(sent.map((event) => event.id));
  for (const { event, reason } of refused) await take.markRefused(event.id, reason);
}

/** Of a promise that is awaited after something else: that it rejects before is no fault of the program. */
function settledLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
