/** How a Kafka is spoken to by kafkajs. @module */
import kafkajs, { type Kafka } from "kafkajs";
import type { KafkaAddress, KafkaSasl } from "./address.ts";

/** How often the driver tries. Its own ceiling is 30 s a try; so long would a broker's return stay unseen. */
export const RETRY = { initialRetryTime: 100, maxRetryTime: 2000, retries: 5 };

/** A client that connects when it is first used. */
export function client(options: KafkaAddress): Kafka {
  const { brokers, clientId = "aurora", tls = false, sasl, onLog } = options;
  return new kafkajs.Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: 2000,
    authenticationTimeout: 5000,
    requestTimeout: 10_000,
    retry: RETRY,
    ...(tls === false ? {} : { ssl: tls === true ? true : { ...tls } }),
    ...(sasl ? { sasl: saslOf(sasl) } : {}),
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => ({ level, log: { message } }) =>
      onLog?.(level <= kafkajs.logLevel.ERROR ? "error" : "warn", message),
  });
}

/** The driver's type has one member per mechanism, ours one with a choice. */
function saslOf({ mechanism, username, password }: KafkaSasl) {
  if (mechanism === "plain") return { mechanism, username, password } as const;
  if (mechanism === "scram-sha-256") return { mechanism, username, password } as const;
  return { mechanism, username, password } as const;
}
