/** Plain JSON messages to one topic: for readers who know nothing of our envelope. @module */
import { ServiceUnavailableError } from "engine";
import type { Producer } from "kafkajs";
import type { KafkaAddress } from "./address.ts";
import { client, RETRY } from "./client.ts";

/** Sends JSON. */
export interface JsonSender extends AsyncDisposable {
  /** Resolves when all replicas have it; messages of one key keep their order. */
  send(key: string, value: unknown): Promise<void>;
}

/** Opens a producer that connects at its first message; the topic has to exist. */
export function jsonSender(o: KafkaAddress & { readonly topic: string }): JsonSender {
  const kafka = client(o);
  let producer: Producer | undefined;
  const drop = async () => {
    const old = producer;
    producer = undefined;
    await old?.disconnect().catch(() => {});
  };
  return {
    async send(key, value) {
      try {
        if (!producer) {
          producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, retry: RETRY });
          await producer.connect();
        }
        const messages = [{ key, value: JSON.stringify(value) }];
        await producer.send({ topic: o.topic, acks: -1, timeout: 10_000, messages });
      } catch (error) {
        await drop();
        throw new ServiceUnavailableError(
          `Kafka at "${o.brokers.join(",")}"`,
          "send lineage",
          error,
        );
      }
    },
    [Symbol.asyncDispose]: drop,
  };
}
