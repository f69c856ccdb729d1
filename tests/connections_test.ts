/** Connections in a real database. @module */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Connection, masked, UnknownConnection } from "engine";
import { keptConnections, noteTest } from "../adapters/postgres/connections/kept.ts";
import { KeyError } from "../adapters/secrets/key_ring.ts";
import { keysFromEnv } from "../adapters/secrets/keys_from_env.ts";
import { connectionsIn } from "../adapters/secrets/places.ts";
import { parseUri } from "../adapters/secrets/uri.ts";
import {
  alertSettings,
  databaseAddress,
  kafkaBrokers,
  kafkaOptions,
  keep,
  kept,
  placesOf,
  redisAddress,
  rotate,
} from "../connections.ts";
import { ledgerDatabase } from "./services/ledger.ts";

const newKey = () => crypto.getRandomValues(new Uint8Array(32)).toBase64();
const envOf = (values: Record<string, string>) => (name: string) => values[name] ?? "";
const keysOf = (...keys: string[]) => keysFromEnv(envOf({ AURORA_KEYS: keys.join(",") }));
const warehouse = parseUri("warehouse", "postgres://me:planted-warehouse@db:5432/life");

Deno.test("keep() encrypts, kept() decrypts, and the tables show kind, host and login only", async () => {
  await using db = await ledgerDatabase();
  const desk = { sql: db.sql, keys: keysOf(newKey()) };
  assertEquals(await keep(desk, warehouse, false), true);
  assertEquals(await keep(desk, { ...warehouse, host: "other" }, false), false, "there is one");
  assertEquals(await kept(desk, "warehouse"), warehouse);
  assertEquals(await kept(desk, "other"), undefined);
  await noteTest(db.sql, "warehouse", { at: new Date(0), reached: true, found: "fine" });
  const [shown] = await keptConnections(db.sql);
  assertEquals([shown!.name, shown!.kind, shown!.host, shown!.login], [
    "warehouse",
    "postgres",
    "db",
    "me",
  ]);
  assertEquals(shown!.test, { at: new Date(0), reached: true, found: "fine" });
  assertEquals(await keep(desk, { ...warehouse, host: "other" }, true), true);
  assertEquals((await keptConnections(db.sql))[0]!.test, null, "what was tested is gone");
  const [row] = await db.sql<
    { t: string }[]
  >`select t::text || encode(sealed, 'escape') as t from engine.connection t`;
  assert(!row!.t.includes("planted-warehouse"));
});

Deno.test("what is kept cannot be moved to another name within the database", async () => {
  await using db = await ledgerDatabase();
  const desk = { sql: db.sql, keys: keysOf(newKey()) };
  await keep(desk, warehouse, false);
  await db.sql`update engine.connection set name = 'public_api'`;
  await assertRejects(() => kept(desk, "public_api"), KeyError, "under another name");
});

Deno.test("rotate() encrypts again while programs read, and then the older key is not needed", async () => {
  await using db = await ledgerDatabase();
  const [older, newer] = [newKey(), newKey()];
  const names = Array.from({ length: 20 }, (_, i) => `c${i}`);
  const before = { sql: db.sql, keys: keysOf(older) };
  for (const name of names) await keep(before, { ...warehouse, name }, false);
  const both = { sql: db.sql, keys: keysOf(newer, older) };
  let reading = true;
  let reads = 0;
  const reader = (async () => {
    for (; reading; reads++) {
      const name = names[reads % names.length]!;
      assertEquals(await kept(both, name), { ...warehouse, name });
    }
  })();
  const twice = [...names, ...names].map((name) => rotate(both, name));
  const done = (await Promise.all(twice)).filter(Boolean).length;
  reading = false;
  await reader;
  assertEquals(done, names.length, "each once, although two asked for it");
  assert(reads > 0);
  const after = { sql: db.sql, keys: keysOf(newer) };
  for (const name of names) assertEquals((await kept(after, name))?.password, "planted-warehouse");
  await assertRejects(() => kept(before, "c0"), KeyError, "AURORA_KEYS has");
});

Deno.test("connections are looked for in the environment, the file, the database, in this order", async () => {
  await using db = await ledgerDatabase();
  const key = newKey();
  const file = await Deno.makeTempFile();
  try {
    const base = { AURORA_KEYS: key };
    const inFile = { ...base, AURORA_CONNECTIONS_FILE: file };
    const both = {
      ...inFile,
      AIRFLOW_CONN_WAREHOUSE: "postgres://me:planted-airflow@environment/life",
    };
    const all = { ...both, AURORA_CONN_WAREHOUSE: '{"conn_type": "postgres", "host": "ours"}' };
    const host = async (env: Record<string, string>) =>
      (await connectionsIn(placesOf(envOf(env), () => db.sql))("warehouse")).host;
    await Deno.writeTextFile(file, "{}");
    const error = await assertRejects(
      () => host(inFile),
      UnknownConnection,
      "deno task connections add warehouse",
    );
    assertEquals(error.looked, ["environment", `file "${file}"`, "database"]);
    await keep({ sql: db.sql, keys: keysOf(key) }, warehouse, false);
    assertEquals(await host(inFile), "db");
    await Deno.writeTextFile(
      file,
      JSON.stringify({ warehouse: "postgres://me:planted-file@file/life" }),
    );
    assertEquals(await host(inFile), "file", "the file is read again");
    assertEquals(await host(both), "environment");
    assertEquals(await host(all), "ours");
    await Deno.writeTextFile(file, '{"warehouse": "planted words"}');
    const unread = await assertRejects(
      () => host(inFile),
      SyntaxError,
      `(it is in the file "${file}")`,
    );
    assert(!unread.message.includes("planted"));
    await Deno.writeTextFile(file, '{"planted');
    assert(
      !(await assertRejects(() => host(inFile), SyntaxError, "it is not JSON")).message.includes(
        "planted",
      ),
    );
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("Airflow's connections stand in for DATABASE_URL and REDIS_URL", async () => {
  await using db = await ledgerDatabase();
  const redis = (env: (name: string) => string) => redisAddress(env, placesOf(env, () => db.sql));
  const postgres = "postgresql+psycopg2://aurora:planted%2Fpg@postgres:5432/aurora_life";
  const env = envOf({
    AIRFLOW_CONN_AURORA_POSTGRES: postgres,
    AIRFLOW_CONN_AURORA_REDIS: "redis://:planted-r@redis:6379",
  });
  assertEquals(
    await databaseAddress(env),
    "postgres://aurora:planted%2Fpg@postgres:5432/aurora_life",
  );
  assertEquals(await redis(env), "redis://:planted-r@redis:6379");
  assertEquals(await databaseAddress(envOf({})), "");
  assertEquals(await redis(envOf({})), "");
  const key = newKey();
  await keep(
    { sql: db.sql, keys: keysOf(key) },
    parseUri("aurora_redis", "redis://:planted-k@kept:6379/1"),
    false,
  );
  assertEquals(
    await redis(envOf({ AURORA_KEYS: key })),
    "redis://:planted-k@kept:6379/1",
  );
  await assertRejects(() => redis(envOf({})), TypeError, "neither AURORA_KEYS nor");
  assertEquals(await redis(envOf({ REDIS_URL: "redis://own" })), "redis://own");
});

Deno.test("aurora_smtp and aurora_webhook say how alerts are sent where no setting does", async () => {
  await using db = await ledgerDatabase();
  const key = newKey();
  const settings = (values: Record<string, string>) => {
    const env = envOf({ AURORA_KEYS: key, ...values });
    return alertSettings(env, placesOf(env, () => db.sql));
  };
  assertEquals(await settings({}), {});
  const desk = { sql: db.sql, keys: keysOf(key) };
  const hook = "https://hooks.example.com/services/T0/planted-hook-path?secret=planted-sign";
  await keep(desk, parseUri("aurora_smtp", "smtp://me:planted-mail@mail:587"), false);
  await keep(desk, parseUri("aurora_webhook", hook), false);
  assertEquals(await settings({}), {
    AURORA_SMTP_URL: "smtp://me:planted-mail@mail:587",
    AURORA_WEBHOOK_URL: "https://hooks.example.com/services/T0/planted-hook-path",
    AURORA_WEBHOOK_SECRET: "planted-sign",
  });
  assert(!masked("services/T0/planted-hook-path planted-sign planted-mail").includes("planted"));
  const own = { AURORA_SMTP_URL: "smtp://own", AURORA_WEBHOOK_URL: "https://own" };
  assertEquals(await settings(own), {}, "settings are taken whole");
  const secret = await settings({ AURORA_WEBHOOK_SECRET: "of-the-environment" });
  assertEquals(secret["AURORA_WEBHOOK_SECRET"], undefined);
});

Deno.test("a secret that is too short to be masked is not kept", async () => {
  await using db = await ledgerDatabase();
  const short: Connection = { ...warehouse, password: "abc" };
  await assertRejects(
    () => keep({ sql: db.sql, keys: keysOf(newKey()) }, short, false),
    RangeError,
    "shorter than four",
  );
  assertEquals(await keptConnections(db.sql), []);
});

Deno.test("a connection aurora_kafka stands in for KAFKA_BROKERS, with its TLS and password", async () => {
  await using db = await ledgerDatabase();
  const of = async (values: Record<string, string>) => {
    const env = envOf(values);
    const places = placesOf(env, () => db.sql);
    const options = await kafkaOptions(env, places);
    assertEquals(await kafkaBrokers(env, places), options?.brokers.join(",") ?? "");
    return options;
  };
  assertEquals(await of({}), undefined);
  const AIRFLOW_CONN_AURORA_KAFKA = "kafka://me:planted-kafka@b1:9093,b2:9093?" +
    "security.protocol=SASL_SSL&sasl.mechanism=SCRAM-SHA-256&ssl.ca.pem=planted-ca";
  const sasl = { mechanism: "scram-sha-256", username: "me", password: "planted-kafka" } as const;
  assertEquals(
    await of({ AIRFLOW_CONN_AURORA_KAFKA, KAFKA_TOPIC_PREFIX: "live.", KAFKA_PARTITIONS: "6" }),
    {
      brokers: ["b1:9093", "b2:9093"],
      tls: { ca: "planted-ca" },
      sasl,
      client: "kafkajs",
      prefix: "live.",
      topics: [],
      partitions: 6,
    },
  );
  const own = await of({ AIRFLOW_CONN_AURORA_KAFKA, KAFKA_BROKERS: "own:9092" });
  assertEquals(own, { brokers: ["own:9092"], client: "kafkajs", prefix: "", topics: [] });
  await assertRejects(
    () => of({ AIRFLOW_CONN_AURORA_KAFKA, KAFKA_SSL: "true" }),
    RangeError,
    'the connection "aurora_kafka" says',
  );
  const key = newKey();
  const kafka = parseUri("aurora_kafka", "kafka://kept:9092");
  await keep({ sql: db.sql, keys: keysOf(key) }, kafka, false);
  assertEquals((await of({ AURORA_KEYS: key }))?.brokers, ["kept:9092"]);
});
