/** Where a Kafka is and how it is spoken to. @module */
import kafkajs, { type Kafka } from "kafkajs";

/** Where a Kafka is. */
export interface KafkaAddress {
  /** Like `["10.0.0.5:9092"]`. */
  readonly brokers: readonly string[];
  readonly clientId?: string;
  readonly tls?: boolean;
  readonly sasl?: {
    readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
    readonly username: string;
    readonly password: string;
  };
  /** Hears what the driver has to say, from "warn" on. */
  readonly onLog?: (level: "warn" | "error", message: string) => void;
}

/** How often the driver tries. Its own ceiling is 30 s a try; so long would a broker's return stay unseen. */
export const RETRY = { initialRetryTime: 100, maxRetryTime: 2000, retries: 5 };

/** A client that connects when it is first used. */
export function client(options: KafkaAddress): Kafka {
  const { brokers, clientId = "aurora", tls = false, sasl, onLog } = options;
  return new kafkajs.Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: 2000,
    requestTimeout: 10_000,
    retry: RETRY,
    ...(tls ? { ssl: true } : {}),
    ...(sasl ? { sasl: saslOf(sasl) } : {}),
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => ({ level, log: { message } }) =>
      onLog?.(level <= kafkajs.logLevel.ERROR ? "error" : "warn", message),
  });
}

/** The driver's type has one member per mechanism, ours one with a choice. */
function saslOf({ mechanism, username, password }: NonNullable<KafkaAddress["sasl"]>) {
  if (mechanism === "plain") return { mechanism, username, password } as const;
  if (mechanism === "scram-sha-256") return { mechanism, username, password } as const;
  return { mechanism, username, password } as const;
}
