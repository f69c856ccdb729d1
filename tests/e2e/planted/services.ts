/** The services that a program speaks to, each with a secret of its own. @module */
import kafkajs from "kafkajs";
import { connect, type Sql } from "../../../adapters/postgres/connect.ts";
import { keysFromEnv } from "../../../adapters/secrets/keys_from_env.ts";
import { parseConnection } from "../../../adapters/secrets/airflow_json.ts";
import { awsSigner } from "../../../aws/mod.ts";
import { keep } from "../../../connections.ts";
import { migrateAll } from "../../../tasks/database.ts";
import { authority, user } from "../../adapters/alerts/mail_server.ts";
import { type SecureKafka, startSecureKafka } from "../../services/kafka.ts";
import { startMoto } from "../../services/moto.ts";
import { testDatabase, testServer } from "../../services/postgres.ts";
import { PLANTED } from "./secrets.ts";

/** What a receiver was sent. */
export interface Heard {
  /** Bodies, oldest first. */
  readonly bodies: readonly string[];
}

/** A receiver of anything. */
export function receiver(stack: AsyncDisposableStack): { url: string; heard: Heard } {
  const bodies: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    bodies.push(await request.text());
    return Response.json({});
  });
  stack.defer(() => server.shutdown());
  return { url: `http://127.0.0.1:${server.addr.port}`, heard: { bodies } };
}

/** A database that is entered with a password. */
export async function database(stack: AsyncDisposableStack): Promise<{ url: string; sql: Sql }> {
  const role = `planted_${crypto.randomUUID().slice(0, 8)}`;
  const admin = connect(await testServer(), { name: "planted", max: 1 });
  stack.defer(async () => {
    await admin.unsafe(`drop role if exists ${role}`);
    await admin.end({ timeout: 5 });
  });
  await admin.unsafe(
    `create role ${role} superuser login password '${PLANTED["DATABASE_URL"]}'`,
  );
  const db = stack.use(await testDatabase({ template: "planted", prepare: (s) => migrateAll(s) }));
  const url = new URL(db.url);
  url.username = role;
  url.password = encodeURIComponent(PLANTED["DATABASE_URL"]);
  return { url: url.href, sql: db.sql };
}

/** Secrets Manager with one connection. */
export async function secretsManager(stack: AsyncDisposableStack): Promise<Record<string, string>> {
  const { url } = stack.use(await startMoto());
  const keys = {
    accessKeyId: "AKIAPLANTED",
    secretAccessKey: PLANTED["AWS_SECRET_ACCESS_KEY"],
  };
  const signer = awsSigner({ keys, region: "eu-central-1", service: "secretsmanager" });
  const made = await (await signer()).fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "secretsmanager.CreateSecret",
    },
    body: JSON.stringify({
      Name: "aurora/in_aws",
      SecretString: `ftp://me:${PLANTED["the connection of AWS"]}@h`,
    }),
  });
  if (!made.ok) throw new Error(await made.text());
  await made.body?.cancel();
  return {
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_ENDPOINT_URL: url,
    AURORA_AWS_SECRETS_PREFIX: "aurora",
  };
}

/** Kafka behind TLS and a password, and the variables that lead there. */
export async function kafkaOf(
  stack: AsyncDisposableStack,
): Promise<{ kafka: SecureKafka; env: Record<string, string> }> {
  const kafka = await startSecureKafka();
  stack.defer(() => kafka.stop());
  if (kafka.password !== PLANTED["KAFKA_SASL_PASSWORD"]) {
    throw new Error("Cannot search for the password of Kafka: it is another one than is planted");
  }
  const ca = await Deno.makeTempFile();
  stack.defer(() => Deno.remove(ca));
  await Deno.writeTextFile(ca, kafka.ca);
  const env = {
    KAFKA_BROKERS: kafka.brokers.join(","),
    KAFKA_SSL: "true",
    KAFKA_SSL_CA: ca,
    KAFKA_SASL_USERNAME: kafka.username,
    KAFKA_SASL_PASSWORD: kafka.password,
    AURORA_ALERT_TOPIC: "planted.alerts",
  };
  return { kafka, env };
}

/** Everything that is in the topics now. */
export async function read({ brokers, ca, username, password }: SecureKafka): Promise<string> {
  const client = new kafkajs.Kafka({
    brokers: [...brokers],
    ssl: { ca },
    sasl: { mechanism: "plain", username, password },
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const admin = client.admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => !topic.startsWith("__"));
  let expected = 0;
  for (const topic of topics) {
    for (const { low, high } of await admin.fetchTopicOffsets(topic)) {
      expected += Number(high) - Number(low);
    }
  }
  await admin.disconnect();
  const found: string[] = [];
  const all = Promise.withResolvers<void>();
  const consumer = client.consumer({ groupId: crypto.randomUUID() });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  if (expected === 0) all.resolve();
  await consumer.run({
    eachMessage: ({ topic, message: { key, value, headers } }) => {
      found.push(`${topic} ${key} ${value} ${JSON.stringify(headers)}`);
      if (found.length >= expected) all.resolve();
      return Promise.resolve();
    },
  });
  await all.promise;
  await consumer.disconnect();
  return found.join("\n");
}

/** Where each connection is, and the mail server. */
export async function connections(
  stack: AsyncDisposableStack,
  sql: Sql,
  mailPort: number,
): Promise<Record<string, string>> {
  const file = await Deno.makeTempFile();
  stack.defer(() => Deno.remove(file));
  const inFile = `ftp://me:${PLANTED["the connection of the file"]}@h`;
  await Deno.writeTextFile(file, JSON.stringify({ in_file: inFile }));
  const env = {
    AURORA_KEYS: PLANTED["AURORA_KEYS"],
    AURORA_CONNECTIONS_FILE: file,
    AIRFLOW_CONN_IN_ENVIRONMENT: JSON.stringify({
      conn_type: "ftp",
      login: "me",
      host: "h",
      password: PLANTED["the connection of the environment"],
      extra: { api_token: PLANTED["an extra of the environment"] },
    }),
  };
  const desk = { sql, keys: keysFromEnv((name) => (env as Record<string, string>)[name] ?? "") };
  const kept = {
    in_database: {
      conn_type: "http",
      login: "me",
      host: "127.0.0.1",
      port: 1,
      password: PLANTED["the connection of the database"],
      extra: { deep: { client_secret: PLANTED["an extra of the database"] } },
    },
    aurora_smtp: {
      conn_type: "smtp",
      login: user.name,
      password: user.password,
      host: "localhost",
      port: mailPort,
      extra: { ca: await authority() },
    },
  };
  for (const [name, given] of Object.entries(kept)) {
    await keep(desk, parseConnection(name, given), false);
  }
  return env;
}
