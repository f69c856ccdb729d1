/** Events to Kafka: idempotent, acknowledged by all replicas, one send at a time. @module */
import { envelope, type EventLog, type OutboxEvent, ServiceUnavailableError } from "engine";
import { Buffer } from "node:buffer";
import type { Admin, Kafka, Message, Producer } from "kafkajs";
import { client, type KafkaAddress, RETRY } from "./client.ts";

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

class KafkaEventLog implements EventLog {
  readonly name = "kafka";
  readonly #options: KafkaOptions;
  readonly #kafka: Kafka;
  readonly #known = new Set<string>();
  #producer: Producer | undefined;
  /** The send under way: a next one waits, so that order and the driver's sequence hold. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: KafkaOptions) {
    this.#options = options;
    this.#kafka = client(options);
  }

  publish(events: readonly OutboxEvent[]): Promise<void> {
    const sent = this.#last.then(() => this.#publish(events));
    this.#last = sent.catch(() => {});
    return sent;
  }

  async #publish(events: readonly OutboxEvent[]): Promise<void> {
    if (events.length === 0) return;
    try {
      await this.#ensureTopics([...new Set(events.map((event) => this.#topic(event.topic)))]);
      const producer = await this.#connected();
      for (const some of requests(events)) {
        const topics = Map.groupBy(some, ({ event }) => this.#topic(event.topic));
        const topicMessages = [...topics].map(([topic, group]) => ({
          topic,
          messages: group.map(({ message }) => message),
        }));
        await producer.sendBatch({ acks: -1, timeout: 10_000, topicMessages });
      }
    } catch (error) {
      // Its send has failed, so nothing of it is pending; a new producer gets a new sequence.
      await this.#dropProducer();
      throw new ServiceUnavailableError(this.#address(), "publish events", error);
    }
  }

  #topic(name: string): string {
    return (this.#options.prefix ?? "") + name;
  }

  #address(): string {
    return `Kafka at "${this.#options.brokers.join(",")}"`;
  }

  async #connected(): Promise<Producer> {
    if (this.#producer) return this.#producer;
    const producer = this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: RETRY,
    });
    await producer.connect();
    return this.#producer = producer;
  }

  async #dropProducer(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.disconnect().catch(() => {});
  }

  /** Makes topics that are not there. */
  async #ensureTopics(names: readonly string[]): Promise<void> {
    const unknown = names.filter((name) => !this.#known.has(name));
    if (unknown.length === 0) return;
    const admin = this.#kafka.admin({ retry: RETRY });
    try {
      await admin.connect();
      await this.#makeTopics(admin, unknown);
    } finally {
      await admin.disconnect();
    }
    for (const name of unknown) this.#known.add(name);
  }

  async #makeTopics(admin: Admin, names: readonly string[]): Promise<void> {
    const there = new Set(await admin.listTopics());
    const topics = names.filter((name) => !there.has(name)).map((topic) => {
      const own = this.#options.topics?.find(({ name }) => this.#topic(name) === topic);
      return {
        topic,
        numPartitions: own?.partitions ?? this.#options.partitions ?? 3,
        replicationFactor: own?.replication ?? this.#options.replication ?? 1,
      };
    });
    if (topics.length > 0) await admin.createTopics({ topics, waitForLeaders: true });
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#dropProducer();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A broker takes 1 MiB for one partition at once unless told otherwise: half of it is safe. */
const REQUEST_BYTES = 512 * 1024;

interface Sendable {
  readonly event: OutboxEvent;
  readonly message: Message;
}

/** Splits events, in order, into what one request may carry. */
function* requests(events: readonly OutboxEvent[]): Generator<Sendable[]> {
  let some: Sendable[] = [];
  let bytes = 0;
  for (const event of events) {
    const message = messageOf(event);
    const size = 200 + event.key.length + (message.value?.length ?? 0);
    if (some.length > 0 && bytes + size > REQUEST_BYTES) {
      yield some;
      some = [];
      bytes = 0;
    }
    some.push({ event, message });
    bytes += size;
  }
  if (some.length > 0) yield some;
}

function messageOf(event: OutboxEvent): Message {
  return {
    key: event.key,
    value: Buffer.from(JSON.stringify(envelope(event))),
    timestamp: String(event.createdAt.getTime()),
    headers: {
      "event-id": event.eventId,
      "schema-version": String(event.schemaVersion),
      ...(event.run === null ? {} : { run: event.run }),
    },
  };
}
