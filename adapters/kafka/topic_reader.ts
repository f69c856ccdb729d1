/** Reads topics for sensors: as a member of a group, from offsets that are kept elsewhere. @module */
import {
  type ReadTopic,
  ServiceUnavailableError,
  type TopicMessage,
  type TopicReading,
} from "engine";
import type { Consumer, EachBatchPayload, KafkaMessage } from "kafkajs";
import { type KafkaAddress, nameOf } from "./address.ts";
import { client } from "./client.ts";
import type { KafkaOptions } from "./options.ts";
import { takeTraced } from "./traced.ts";

/** Messages that are handed over at once. */
const MOST = 500;

/** Where Kafka is, and what is put before topics and groups of ours. */
export type ReaderOptions = Pick<KafkaOptions, keyof KafkaAddress | "prefix">;

/**
 * Reads topics of the brokers, always by kafkajs (docs/decisions/014-kafkajs-reads.md). Members of a group share the parts of a topic; where a part is read on from is what
 * `offsets()` says and not what the brokers remember, which are told afterwards, for those who watch the lag.
 */
export function kafkaTopics(options: ReaderOptions): ReadTopic {
  return (reading) => new Reader(options, named(reading, options)).read();
}

/** Environments that share brokers share no topic, and so no group: its members have to read the same. */
function named(reading: TopicReading, { prefix = "" }: ReaderOptions): TopicReading {
  if (reading.isFullName) return reading;
  return { ...reading, topic: prefix + reading.topic, group: prefix + reading.group };
}

class Reader {
  readonly #address: KafkaAddress;
  readonly #reading: TopicReading;
  readonly #consumer: Consumer;
  /** Sends the parts that were assigned to where we stand. */
  #placing: Promise<void> = Promise.resolve();
  readonly #ended = Promise.withResolvers<void>();

  constructor(address: KafkaAddress, reading: TopicReading) {
    this.#address = address;
    this.#reading = reading;
    this.#consumer = client(address).consumer({
      groupId: reading.group,
      sessionTimeout: 10_000,
      rebalanceTimeout: 10_000,
      heartbeatInterval: 2_000,
      // A part that is sent to another place waits for the end of a fetch.
      maxWaitTimeInMs: 500,
      // A broker that has just started says so for a second or two; beyond it the sensor backs off.
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8 },
    });
  }

  async read(): Promise<void> {
    const { signal, topic } = this.#reading;
    const end = () => this.#ended.resolve();
    this.#ended.promise.catch(() => {}); // told by read(), if it comes that far
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    try {
      await this.#begin(topic);
      await this.#ended.promise;
    } finally {
      signal.removeEventListener("abort", end);
      // A consumer ends only when its batch has: which waits for us.
      await this.#consumer.disconnect().catch(() => {});
    }
  }

  async #begin(topic: string): Promise<void> {
    const { CRASH, GROUP_JOIN } = this.#consumer.events;
    this.#consumer.on(GROUP_JOIN, ({ payload }) => {
      this.#placing = this.#place(payload.memberAssignment[topic] ?? []);
      this.#placing.catch((error) => this.#fail(error));
    });
    this.#consumer.on(CRASH, ({ payload }) => this.#fail(payload.error));
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topic, fromBeginning: true });
      await this.#consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: async (batch) => await this.#batch(batch),
      });
    } catch (error) {
      throw this.#explained(error);
    }
  }

  #explained(error: unknown): ServiceUnavailableError {
    return new ServiceUnavailableError(
      nameOf(this.#address),
      `read topic "${this.#reading.topic}"`,
      error,
    );
  }

  #fail(error: unknown): void {
    this.#ended.reject(this.#explained(error));
  }

  async #batch({ batch, resolveOffset, heartbeat, ...state }: EachBatchPayload): Promise<void> {
    const { topic, partition } = batch;
    // What was fetched before the part was sent to its place is stale then.
    await this.#placing;
    for (let at = 0; at < batch.messages.length; at += MOST) {
      if (!state.isRunning() || state.isStale() || this.#reading.signal.aborted) return;
      const messages = batch.messages.slice(at, at + MOST);
      // A look may take longer than the group waits for a sign of life.
      const beat = setInterval(() => heartbeat().catch(() => {}), 2_000);
      try {
        const given = messages.map((m) => messageOf(partition, m));
        await takeTraced(topic, given, () => this.#reading.take(given));
      } catch (error) {
        // Not to be tried again by the driver: who reads decides when.
        this.#consumer.pause([{ topic, partitions: [partition] }]);
        return this.#ended.reject(error);
      } finally {
        clearInterval(beat);
      }
      const last = messages.at(-1)!.offset;
      resolveOffset(last);
      const offset = String(BigInt(last) + 1n);
      await this.#consumer.commitOffsets([{ topic, partition, offset }]).catch(() => {});
      await heartbeat();
    }
  }

  /**
   * Sends each part that was assigned to its place of ours. Without waiting for a message: a group that stands further than
   * we do would never get one. Without a place of ours a part begins with its oldest message, wherever the group stands.
   */
  async #place(partitions: readonly number[]): Promise<void> {
    const ours = await this.#reading.offsets();
    const { topic } = this.#reading;
    for (const partition of partitions) {
      this.#consumer.seek({ topic, partition, offset: ours[partition] ?? "0" });
    }
  }
}

function messageOf(partition: number, message: KafkaMessage): TopicMessage {
  const headers = Object.entries(message.headers ?? {}).map(([name, v]) => [name, String(v)]);
  return {
    partition,
    offset: message.offset,
    key: message.key === null ? null : String(message.key),
    value: message.value === null ? null : String(message.value),
    at: new Date(Number(message.timestamp)),
    headers: Object.fromEntries(headers),
  };
}
