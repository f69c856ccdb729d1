/** Events to Kafka: idempotent, acknowledged by all replicas, one send at a time. @module */
import {
  envelope,
  type EventLog,
  EventsRefusedError,
  type OutboxEvent,
  ServiceUnavailableError,
} from "engine";
import { type KafkaAddress, nameOf } from "./address.ts";
import { type Driver, type Outgoing, refusalOf, rootOf } from "./driver.ts";
import { sendTraced } from "./traced.ts";

/** A topic that is made if it is not there. */
export interface TopicOptions {
  readonly name: string;
  /** 3 unless told; events of one key share a partition. */
  readonly partitions?: number;
  /** Brokers that hold a copy; 1 unless told. */
  readonly replication?: number;
}

/** How {@linkcode kafkaEventLog} works. */
export interface KafkaOptions extends KafkaAddress {
  /** Which client library sends; "kafkajs" unless told. */
  readonly client?: "kafkajs" | "platformatic";
  /** Topics with settings of their own; others are made with the defaults at their first event. */
  readonly topics?: readonly TopicOptions[];
  /** Defaults of topics that {@linkcode KafkaOptions.topics} does not name. */
  readonly partitions?: number;
  readonly replication?: number;
  /** Put before every topic. */
  readonly prefix?: string;
}

/** Opens a log that connects at its first event. */
export function kafkaEventLog(options: KafkaOptions): EventLog {
  return new KafkaEventLog(options);
}

/** Loads one client library only: the other costs time and memory for nothing. */
async function driverOf(options: KafkaOptions): Promise<Driver> {
  if (options.client === "platformatic") {
    return (await import("./platformatic_driver.ts")).platformaticDriver(options);
  }
  return (await import("./kafkajs_driver.ts")).kafkajsDriver(options);
}

class KafkaEventLog implements EventLog {
  readonly name = "kafka";
  readonly #options: KafkaOptions;
  #driver: Promise<Driver> | undefined;
  readonly #known = new Set<string>();
  /** The send under way: a next one waits, so that order and the driver's sequence hold. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: KafkaOptions) {
    this.#options = options;
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

  /** Makes topics that are not there. */
  async #ensureTopics(driver: Driver, names: readonly string[]): Promise<void> {
    const unknown = names.filter((name) => !this.#known.has(name));
    if (unknown.length === 0) return;
    const there = await driver.topics();
    const absent = unknown.filter((name) => !there.has(name));
    if (absent.length > 0) await driver.make(absent.map((name) => this.#topic(name)));
    for (const name of unknown) this.#known.add(name);
  }

  #topic(name: string) {
    const { topics, prefix = "", partitions = 3, replication = 1 } = this.#options;
    const own = topics?.find((topic) => prefix + topic.name === name);
    return {
      name,
      partitions: own?.partitions ?? partitions,
      replication: own?.replication ?? replication,
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
