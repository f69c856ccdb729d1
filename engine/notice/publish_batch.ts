/** Sends a batch as far as the log takes it. @module */
import { type EventLog, EventsRefusedError, type OutboxEvent } from "./event_log.ts";

/** An event that the log refused for what is in it. */
export interface RefusedEvent {
  readonly event: OutboxEvent;
  /** In the words of the log. */
  readonly reason: string;
}

/** What became of a batch. */
export interface Delivery {
  /** Safe in the log, in the order of the batch. */
  readonly sent: readonly OutboxEvent[];
  readonly refused: readonly RefusedEvent[];
  /** Why it ended before the last event: the log does not serve. */
  readonly broken?: { readonly error: unknown };
}

/**
 * Publishes events in order. Where the log refuses one of several, they are halved until the one is found, and the rest
 * goes on behind it: events of a key stay in order, and what was in the log already is sent again under its id. Nothing
 * is refused because a log is away: that ends the delivery.
 */
export async function publishBatch(
  log: EventLog,
  events: readonly OutboxEvent[],
): Promise<Delivery> {
  const sent: OutboxEvent[] = [];
  const refused: RefusedEvent[] = [];
  const waiting: (readonly OutboxEvent[])[] = [events];
  for (let some = waiting.pop(); some; some = waiting.pop()) {
    try {
      await log.publish(some);
      sent.push(...some);
    } catch (error) {
      if (!(error instanceof EventsRefusedError)) return { sent, refused, broken: { error } };
      const { safe, suspects, rest } = partsOf(some, error);
      sent.push(...safe);
      const [only] = suspects;
      if (rest.length > 0) waiting.push(rest);
      if (suspects.length === 1) refused.push({ event: only!, reason: error.reason });
      else waiting.push(...halves(suspects));
    }
  }
  return { sent, refused };
}

/** Who says that nobody is among the refused is not believed: else it would be asked for ever. */
function partsOf(events: readonly OutboxEvent[], { sent, among }: EventsRefusedError) {
  const from = Math.min(sent, events.length - 1);
  const to = from + Math.max(1, among);
  return {
    safe: events.slice(0, from),
    suspects: events.slice(from, to),
    rest: events.slice(to),
  };
}

/** The second half first: the last of those that wait is the next. */
function halves<T>(all: readonly T[]): (readonly T[])[] {
  const middle = Math.ceil(all.length / 2);
  return [all.slice(middle), all.slice(0, middle)];
}
