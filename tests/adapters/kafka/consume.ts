/** Reads topics as a consumer of another program would. @module */
import kafkajs from "kafkajs";

/** A message as it was read. */
export interface Seen {
  readonly key: string;
  readonly value: {
    readonly event_id: string;
    readonly key: string;
    readonly payload: { readonly place: number };
  };
  readonly headers: Readonly<Record<string, string>>;
  readonly partition: number;
}

/** Reads a topic from its beginning until `enough`, in the order within each partition. */
export async function consume(
  brokers: readonly string[],
  topic: string,
  enough: (seen: readonly Seen[]) => boolean,
  limitMs = 30_000,
): Promise<Seen[]> {
  const client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = client.consumer({ groupId: crypto.randomUUID() });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const seen: Seen[] = [];
  const done = Promise.withResolvers<void>();
  const timer = setTimeout(() => done.reject(new Error(`only ${seen.length} events`)), limitMs);
  await consumer.run({
    eachBatch: ({ batch }) => {
      for (const { key, value, headers = {} } of batch.messages) {
        const texts = Object.entries(headers).map(([k, v]) => [k, String(v)]);
        seen.push({
          key: String(key),
          value: JSON.parse(String(value)),
          headers: Object.fromEntries(texts),
          partition: batch.partition,
        });
      }
      if (enough(seen)) done.resolve();
      return Promise.resolve();
    },
  });
  try {
    await done.promise;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
  }
  return seen;
}

/** Asks brokers as an administrator would. */
export async function administer<T>(
  brokers: readonly string[],
  work: (admin: ReturnType<kafkajs.Kafka["admin"]>) => Promise<T>,
): Promise<T> {
  const client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
