/** The port to a log of events that other systems read. @module */

/** One event as it stands in the outbox. */
export interface OutboxEvent {
  /** Place in the outbox; events of one key are sent in this order. */
  readonly id: bigint;
  readonly topic: string;
  /** Events of one key keep their order. */
  readonly key: string;
  /** UUID that consumers drop duplicates by. */
  readonly eventId: string;
  readonly schemaVersion: number;
  /** Run that made it; `null` if none did. */
  readonly run: string | null;
  readonly payload: unknown;
  readonly createdAt: Date;
}

/** Where events go, for example Kafka. */
export interface EventLog extends AsyncDisposable {
  /** For messages and the UI: "kafka", "memory". */
  readonly name: string;
  /**
   * Sends events in the given order and returns when all are safe there. When it rejects, some
   * may have been sent: sending the same events again is right, since readers know `eventId`.
   * @throws {EventsRefusedError} If one is refused for what is in it; the same events would be refused again.
   * @throws {ServiceUnavailableError} If the log does not serve; later it will take the same events.
   */
  publish(events: readonly OutboxEvent[]): Promise<void>;
  /** Ends the connection; what is being sent is waited for. */
  close(): Promise<void>;
}

/** Which events were refused, by their places in what was published, and why. */
export interface Refusal {
  /** The first so many are safe in the log. */
  readonly sent: number;
  /** A refused one is among the next so many; they were sent together, and others of them may be in the log. */
  readonly among: number;
  /** In the words of the log: `MESSAGE_TOO_LARGE: …`. */
  readonly reason: string;
}

/** The log refuses an event for what is in it, and would again. */
export class EventsRefusedError extends Error implements Refusal {
  override readonly name = "EventsRefusedError";
  readonly sent: number;
  readonly among: number;
  readonly reason: string;

  constructor({ sent, among, reason }: Refusal, cause?: unknown) {
    super(`Cannot publish one of ${among} events: the log refuses it, "${reason}"`, { cause });
    this.sent = sent;
    this.among = among;
    this.reason = reason;
  }
}

/** What a reader of the log sees of an event. */
export interface EventEnvelope {
  readonly event_id: string;
  readonly schema_version: number;
  readonly topic: string;
  readonly key: string;
  readonly run: string | null;
  /** Like `2025-01-27T06:00:00.000Z`. */
  readonly created_at: string;
  readonly payload: unknown;
}

/** Puts an event into the form that readers see. */
export function envelope(event: OutboxEvent): EventEnvelope {
  return {
    event_id: event.eventId,
    schema_version: event.schemaVersion,
    topic: event.topic,
    key: event.key,
    run: event.run,
    created_at: event.createdAt.toISOString(),
    payload: event.payload,
  };
}
