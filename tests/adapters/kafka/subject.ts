/** A log of events in a real Kafka, for the contract. @module */
import type { EventEnvelope } from "engine";
import { kafkaEventLog, type KafkaOptions } from "../../../adapters/kafka/event_log.ts";
import { consume } from "./consume.ts";

/** Opens a log by this client, and a consumer to see what is in it. */
export function kafkaSubject(
  brokers: readonly string[],
  client: NonNullable<KafkaOptions["client"]>,
) {
  return () =>
    Promise.resolve({
      log: kafkaEventLog({ brokers, client }),
      absent: kafkaEventLog({ brokers: ["127.0.0.1:9"], client }),
      // What a broker takes at most for one part of a topic unless told otherwise.
      tooLarge: 1024 * 1024,
      read: async (topic: string, count: number) => {
        const seen = await consume(brokers, topic, (all) => all.length >= count);
        return seen.map((one) => one.value as unknown as EventEnvelope);
      },
      async [Symbol.asyncDispose]() {
        await this.log.close();
        await this.absent.close();
      },
    });
}
