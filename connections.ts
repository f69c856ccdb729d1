/** Connections as this program resolves them: environment, file, database, AWS Secrets Manager. @module */
import { type Connection, masked, secretsFromEnv } from "engine";
import {
  keepConnection,
  keptConnections,
  sealAgain,
  type Sealed,
  sealedConnection,
} from "./adapters/postgres/connections/kept.ts";
import type { Queries, Sql } from "./adapters/postgres/connect.ts";
import { kafkaFromEnv, topicsFromEnv } from "./adapters/kafka/from_env.ts";
import type { KafkaOptions } from "./adapters/kafka/options.ts";
import { mailSettings, type Settings, webhookSettings } from "./adapters/secrets/alert_settings.ts";
import { addressOf } from "./adapters/secrets/address.ts";
import { parseConnection, printConnection } from "./adapters/secrets/airflow_json.ts";
import { brokersOf, kafkaOf } from "./adapters/secrets/kafka.ts";
import { shownHost } from "./adapters/secrets/parts.ts";
import { type Keys, keysFromEnv } from "./adapters/secrets/keys_from_env.ts";
import { environmentPlace, filePlace, findIn, type Place } from "./adapters/secrets/places.ts";
import { secretsManagerFromEnv } from "./adapters/secrets/secrets_manager_from_env.ts";
import { told } from "./adapters/secrets/tell.ts";

type Env = (name: string) => string;

/** How places are opened. */
export interface PlaceOptions {
  /** Is told why an older secret of AWS is still used. @default {a line on stderr} */
  onTrouble?(sentence: string): void;
}

const onStderr = (sentence: string) =>
  void Deno.stderr.writeSync(new TextEncoder().encode(`${masked(sentence)}\n`));

/** The places that need no database. */
function outside(env: Env, o: PlaceOptions): { before: readonly Place[]; after: readonly Place[] } {
  const file = env("AURORA_CONNECTIONS_FILE");
  const onTrouble = o.onTrouble ?? onStderr;
  const aws = secretsManagerFromEnv(env, { now: () => performance.now(), onTrouble });
  return {
    before: [environmentPlace(env), ...(file === "" ? [] : [filePlace(file)])],
    after: aws ? [aws] : [],
  };
}

/** What the database keeps, decrypted. */
export function databasePlace(sql: Queries, keys: Keys): Place {
  return {
    name: "database",
    async find(name) {
      const sealed = await sealedConnection(sql, name);
      return sealed && await keys.open(name, sealed);
    },
  };
}

/**
 * All places in their order; `sql` is the database of the program, opened when it is needed. What AWS said is remembered
 * in them, so a program opens them once.
 */
export function placesOf(env: Env, sql: () => Queries, o: PlaceOptions = {}): readonly Place[] {
  const { before, after } = outside(env, o);
  const keys = keysFromEnv(env);
  const database: Place = {
    name: "database",
    find: (name) => databasePlace(sql(), keys).find(name),
  };
  return [...before, database, ...after];
}

/**
 * The address of the database: `DATABASE_URL`, else the connection `aurora_postgres` of the environment
 * (`AIRFLOW_CONN_AURORA_POSTGRES` too), the file or AWS. Empty if there is none.
 */
export async function databaseAddress(env: Env): Promise<string> {
  if (env("DATABASE_URL") !== "") return env("DATABASE_URL");
  const { before, after } = outside(env, {});
  const found = await findIn([...before, ...after], "aurora_postgres");
  return found ? addressOf(found) : "";
}

/** The address of Redis: `REDIS_URL`, else the connection `aurora_redis` of any place. Empty if there is none. */
export async function redisAddress(env: Env, places: readonly Place[]): Promise<string> {
  if (env("REDIS_URL") !== "") return env("REDIS_URL");
  const found = await findIn(places, "aurora_redis");
  return found ? addressOf(found) : "";
}

/**
 * The brokers of Kafka: `KAFKA_BROKERS`, else those of the connection `aurora_kafka` of any place. Empty if there are none.
 */
export async function kafkaBrokers(env: Env, places: readonly Place[]): Promise<string> {
  if (env("KAFKA_BROKERS").trim() !== "") return env("KAFKA_BROKERS");
  const found = await findIn(places, "aurora_kafka");
  return found ? brokersOf(found).join(",") : "";
}

/**
 * How Kafka is used: brokers, TLS and password of the environment if it has `KAFKA_BROKERS`, else those of the connection
 * `aurora_kafka`; client and topics of the environment. Undefined if there are no brokers.
 *
 * @throws {RangeError} If a setting is none of those that there are, or would contradict the connection.
 * @throws {TypeError} If the connection cannot be used.
 */
export async function kafkaOptions(
  env: Env,
  places: readonly Place[],
): Promise<KafkaOptions | undefined> {
  const options = kafkaFromEnv(env);
  if (options !== undefined) return options;
  const found = await findIn(places, "aurora_kafka");
  return found && { ...kafkaOf(found), ...topicsFromEnv(env, found.name) };
}

/**
 * How alerts are sent, as far as the environment does not say so: by the connection `aurora_smtp` where
 * `AURORA_SMTP_URL` is not set, by `aurora_webhook` where `AURORA_WEBHOOK_URL` is not. What they hold is masked.
 */
export async function alertSettings(env: Env, places: readonly Place[]): Promise<Settings> {
  const mail = env("AURORA_SMTP_URL") === "" ? await findIn(places, "aurora_smtp") : undefined;
  const hook = env("AURORA_WEBHOOK_URL") === ""
    ? await findIn(places, "aurora_webhook")
    : undefined;
  const found = { ...(mail && mailSettings(mail)), ...(hook && webhookSettings(hook)) };
  secretsFromEnv(found);
  return Object.fromEntries(Object.entries(found).filter(([name]) => env(name) === ""));
}

/**
 * Encrypts a connection and keeps it, with who does so; gives false if there is one of this name that is not to be replaced.
 *
 * @throws {RangeError} If one of its secrets is too short to be masked.
 */
export async function keep(
  { sql, keys, by }: { readonly sql: Queries; readonly keys: Keys; readonly by?: string },
  c: Connection,
  replace: boolean,
): Promise<boolean> {
  told(c);
  const sealed = await keys.seal(c.name, JSON.stringify(printConnection(c)));
  const shown = { ...c, host: shownHost(c.host), changedBy: by ?? null };
  return await keepConnection(sql, { ...shown, sealed }, replace);
}

/** Encrypts a connection by the newest key, if another one did; gives whether it had to. */
export async function rotate(
  { sql, keys }: { readonly sql: Sql; readonly keys: Keys },
  name: string,
): Promise<boolean> {
  const ring = await keys.ring();
  const again = async (sealed: Sealed) => await ring.seal(name, await ring.open(name, sealed));
  return await sealAgain(sql, name, ring.newest, again);
}

/** What became of encrypting all again. */
export interface Rotated {
  /** Id of the newest key. */
  readonly key: string;
  /** How many were encrypted again. */
  readonly rotated: number;
  /** Why others could not be. */
  readonly problems: readonly string[];
}

/** Encrypts all connections by the newest key; one that cannot be stops none of the others. */
export async function rotateAll(
  desk: { readonly sql: Sql; readonly keys: Keys },
): Promise<Rotated> {
  const { newest } = await desk.keys.ring();
  const problems: string[] = [];
  let rotated = 0;
  for (const { name } of await keptConnections(desk.sql)) {
    try {
      if (await rotate(desk, name)) rotated++;
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { key: newest, rotated, problems };
}

/** A connection of the database, decrypted. */
export async function kept(
  { sql, keys }: { readonly sql: Queries; readonly keys: Keys },
  name: string,
): Promise<Connection | undefined> {
  const sealed = await sealedConnection(sql, name);
  return sealed && told(parseConnection(name, await keys.open(name, sealed)));
}
