/** Sending by `@platformatic/kafka`. @module */
import { Admin, compatibilityPartitioner, findErrorBy, Producer } from "@platformatic/kafka";
import { Buffer } from "node:buffer";
import type { KafkaAddress, KafkaMechanism } from "./address.ts";
import type { Driver, NewTopic, Outgoing } from "./driver.ts";

const MECHANISMS = {
  plain: "PLAIN",
  "scram-sha-256": "SCRAM-SHA-256",
  "scram-sha-512": "SCRAM-SHA-512",
} as const satisfies Record<KafkaMechanism, string>;

/** A driver that connects when it is first used. */
export function platformaticDriver(address: KafkaAddress): Driver {
  const options = optionsOf(address);
  let producer: Producer<Buffer, Buffer, Buffer, Buffer> | undefined;
  const opened = () =>
    producer ??= new Producer({
      ...options,
      idempotent: true,
      acks: -1,
      autocreateTopics: false,
      // Its own default counts on from another place than Java and kafkajs do.
      partitioner: compatibilityPartitioner,
    });
  const administer = async <T>(work: (admin: Admin) => Promise<T>): Promise<T> => {
    const admin = new Admin(options);
    try {
      return await work(admin);
    } finally {
      await admin.close().catch(() => {});
    }
  };
  return {
    topics: () => administer(async (admin) => new Set(await admin.listTopics())),
    make: (topics) => administer((admin) => make(admin, topics)),
    async send(messages) {
      await opened().send({ messages: messages.map(messageOf) });
    },
    async drop() {
      const old = producer;
      producer = undefined;
      await old?.close().catch(() => {});
    },
  };
}

function optionsOf({ brokers, clientId = "aurora", tls = false, sasl }: KafkaAddress) {
  return {
    clientId,
    bootstrapBrokers: [...brokers],
    connectTimeout: 2000,
    requestTimeout: 10_000,
    timeout: 10_000,
    retries: 5,
    retryDelay: (_client: object, _operation: string, attempt: number) =>
      Math.min(2000, 100 * 2 ** attempt),
    ...(tls === false ? {} : { tls: tls === true ? {} : { ...tls } }),
    ...(sasl ? { sasl: { ...sasl, mechanism: MECHANISMS[sasl.mechanism] } } : {}),
  };
}

/** One by one: what is said of one topic does not hide what is said of another. */
async function make(admin: Admin, topics: readonly NewTopic[]): Promise<void> {
  for (const { name, partitions, replication } of topics) {
    try {
      await admin.createTopics({ topics: [name], partitions, replicas: replication });
    } catch (error) {
      if (!findErrorBy(error as Error, "apiId", "TOPIC_ALREADY_EXISTS")) throw error;
    }
  }
}

const messageOf = ({ topic, key, value, at, headers }: Outgoing) => ({
  topic,
  key: Buffer.from(key),
  value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  ...(at ? { timestamp: BigInt(at.getTime()) } : {}),
  headers: new Map(Object.entries(headers).map(([n, v]) => [Buffer.from(n), Buffer.from(v)])),
});
