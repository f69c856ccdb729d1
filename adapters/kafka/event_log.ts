/** Events to Kafka: idempotent, acknowledged by all replicas, one send at a time. @module */
import {
  envelope,
  type EventLog,
  EventsRefusedError,
  type OutboxEvent,
  ServiceUnavailableError,
} from "engine";
import { nameOf } from "./address.ts";
import { type Driver, type Outgoing, refusalOf, rootOf } from "./driver.ts";
import { driverOf } from "./driver_of.ts";
import type { KafkaOptions } from "./options.ts";
import { topicMaker } from "./topics.ts";
import { sendTraced } from "./traced.ts";

export type { KafkaOptions } from "./options.ts";

/** Opens a log that connects at its first event. */
export function kafkaEventLog(options: KafkaOptions): EventLog {
  return new KafkaEventLog(options);
}

class KafkaEventLog implements EventLog {
  readonly name = "kafka";
  readonly #options: KafkaOptions;
  #driver: Promise<Driver> | undefined;
  readonly #ensureTopics: ReturnType<typeof topicMaker>;
  /** The send under way: a next one waits, so that order and the driver's sequence hold. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: KafkaOptions) {
    this.#options = options;
    this.#ensureTopics = topicMaker(options);
  }

  publish(events: readonly OutboxEvent[]): Promise<void> {
    const sent = this.#last.then(() => this.#publish(events));
    this.#last = sent.catch(() => {});
    return sent;
  }

  async #publish(events: readonly OutboxEvent[]): Promise<void> {
    const driver = await (this.#driver ??= driverOf(this.#options));
    let sent = 0;
    for (const some of requests(events.map((event) => this.#messageOf(event)))) {
      try {
        await this.#ensureTopics(driver, [...new Set(some.map(({ topic }) => topic))]);
        await sendTraced(some, (messages) => driver.send(messages));
      } catch (error) {
        // Its send has failed, so nothing of it is pending; a new producer gets a new sequence.
        await driver.drop();
        const reason = refusalOf(error);
        if (reason) throw new EventsRefusedError({ sent, among: some.length, reason }, error);
        throw new ServiceUnavailableError(nameOf(this.#options), "publish events", rootOf(error));
      }
      sent += some.length;
    }
  }

  #messageOf(event: OutboxEvent): Outgoing {
    return {
      topic: (this.#options.prefix ?? "") + event.topic,
      key: event.key,
      value: new TextEncoder().encode(JSON.stringify(envelope(event))),
      at: event.createdAt,
      headers: {
        "event-id": event.eventId,
        "schema-version": String(event.schemaVersion),
        ...(event.run === null ? {} : { run: event.run }),
      },
    };
  }

  async close(): Promise<void> {
    await this.#last;
    await (await this.#driver)?.drop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A broker takes 1 MiB for one partition at once unless told otherwise: half of it is safe. */
const REQUEST_BYTES = 512 * 1024;

/** Splits messages, in order, into what one request may carry. */
function* requests(messages: readonly Outgoing[]): Generator<Outgoing[]> {
  let some: Outgoing[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = 200 + 3 * message.key.length + message.value.length;
    if (some.length > 0 && bytes + size > REQUEST_BYTES) {
      yield some;
      some = [];
      bytes = 0;
    }
    some.push(message);
    bytes += size;
  }
  if (some.length > 0) yield some;
}
