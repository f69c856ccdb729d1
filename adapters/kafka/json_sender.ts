/** Plain JSON messages to one topic: for readers who know nothing of our envelope. @module */
import { ServiceUnavailableError } from "engine";
import { nameOf } from "./address.ts";
import { type Driver, rootOf } from "./driver.ts";
import { driverOf } from "./driver_of.ts";
import type { KafkaOptions } from "./options.ts";
import { topicMaker } from "./topics.ts";

/** Sends JSON. */
export interface JsonSender extends AsyncDisposable {
  /** As the brokers have it: with the prefix. */
  readonly topic: string;
  /** Resolves when all replicas have it; messages of one key keep their order. One call at a time. */
  send(key: string, value: unknown): Promise<void>;
}

/** Opens a sender that connects, and makes the topic if it is not there, at its first message. */
export function jsonSender(o: KafkaOptions & { readonly topic: string }): JsonSender {
  const topic = (o.prefix ?? "") + o.topic;
  const ensureTopics = topicMaker(o);
  let opened: Promise<Driver> | undefined;
  return {
    topic,
    async send(key, value) {
      const driver = await (opened ??= driverOf(o));
      try {
        await ensureTopics(driver, [topic]);
        const bytes = new TextEncoder().encode(JSON.stringify(value));
        await driver.send([{ topic, key, value: bytes, headers: {} }]);
      } catch (error) {
        await driver.drop();
        throw new ServiceUnavailableError(nameOf(o), `send to topic "${topic}"`, rootOf(error));
      }
    },
    async [Symbol.asyncDispose]() {
      await (await opened)?.drop();
    },
  };
}
