/** Where a Kafka is, and who we are to it. @module */

/** What TLS needs beyond the certificates that the system trusts; PEM texts. */
export interface KafkaTls {
  /** Certificates of the authority that signed those of the brokers. */
  readonly ca?: string;
  /** Our own certificate and its key, where brokers ask for one. */
  readonly cert?: string;
  readonly key?: string;
}

/** How a password is shown to the brokers. */
export type KafkaMechanism = "plain" | "scram-sha-256" | "scram-sha-512";

/** Who we are. */
export interface KafkaSasl {
  readonly mechanism: KafkaMechanism;
  readonly username: string;
  readonly password: string;
}

/** Where a Kafka is. */
export interface KafkaAddress {
  /** Like `["10.0.0.5:9092"]`. */
  readonly brokers: readonly string[];
  readonly clientId?: string;
  /** `true` for the certificates that the system trusts. */
  readonly tls?: boolean | KafkaTls;
  readonly sasl?: KafkaSasl;
  /** Hears what the driver has to say, from "warn" on. */
  readonly onLog?: (level: "warn" | "error", message: string) => void;
}

/** How it is named in messages; without credentials. */
export const nameOf = ({ brokers }: KafkaAddress): string => `Kafka at "${brokers.join(",")}"`;
