/** How a program uses Kafka. @module */
import type { KafkaAddress } from "./address.ts";
import type { TopicsOptions } from "./topics.ts";

/** Where Kafka is, by which client it is sent to, and how topics are named and made. */
export interface KafkaOptions extends KafkaAddress, TopicsOptions {
  /** Which client library sends; "kafkajs" unless told. */
  readonly client?: "kafkajs" | "platformatic";
}
