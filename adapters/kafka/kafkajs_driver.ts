/** Sending by kafkajs. @module */
import { Buffer } from "node:buffer";
import type { Admin, Producer } from "kafkajs";
import type { KafkaAddress } from "./address.ts";
import { client, RETRY } from "./client.ts";
import type { Driver, Outgoing } from "./driver.ts";
import Encoder from "kafkajs/encoder";
import { writeVarintsInPlace } from "./varints.ts";

writeVarintsInPlace(Encoder);

/** A driver that connects when it is first used. */
export function kafkajsDriver(address: KafkaAddress): Driver {
  const kafka = client(address);
  let producer: Producer | undefined;
  const connected = async () => {
    if (producer) return producer;
    const fresh = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: RETRY,
    });
    await fresh.connect();
    return producer = fresh;
  };
  const administer = async <T>(work: (admin: Admin) => Promise<T>): Promise<T> => {
    const admin = kafka.admin({ retry: RETRY });
    try {
      await admin.connect();
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  };
  return {
    topics: () => administer(async (admin) => new Set(await admin.listTopics())),
    make: (topics) =>
      administer(async (admin) => {
        const made = topics.map(({ name, partitions, replication }) => ({
          topic: name,
          numPartitions: partitions,
          replicationFactor: replication,
        }));
        await admin.createTopics({ topics: made, waitForLeaders: true });
      }),
    async send(messages) {
      const topicMessages = [...Map.groupBy(messages, (m) => m.topic)].map(([topic, group]) => ({
        topic,
        messages: group.map(messageOf),
      }));
      await (await connected()).sendBatch({ acks: -1, timeout: 10_000, topicMessages });
    },
    async drop() {
      const old = producer;
      producer = undefined;
      await old?.disconnect().catch(() => {});
    },
  };
}

const messageOf = ({ key, value, at, headers }: Outgoing) => ({
  key,
  value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  ...(at ? { timestamp: String(at.getTime()) } : {}),
  headers: { ...headers },
});
