// deno-lint-ignore-file no-console
/** The servers that all test files of one run share. @module */
import { chromium } from "./chromium.ts";
import { startGcs } from "./gcs.ts";
import { startKafka } from "./kafka.ts";
import { stopTestServer, testServer } from "./postgres.ts";
import { startRedis } from "./redis.ts";
import { startS3 } from "./s3.ts";

/** Servers that run, and the environment by which tests find them. */
export interface SharedServers extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
}

interface Started {
  readonly value: string;
  readonly stop: () => Promise<void>;
}

const nothing = () => Promise.resolve();

/** What can be shared: the variable that tests read, and how its server starts. */
const SERVERS: Readonly<Record<string, { variable: string; start: () => Promise<Started> }>> = {
  postgres: {
    variable: "AURORA_TEST_POSTGRES_URL",
    start: async () => ({ value: await testServer(), stop: stopTestServer }),
  },
  redis: {
    variable: "AURORA_TEST_REDIS_URL",
    start: async () => {
      const redis = await startRedis();
      return { value: redis.url, stop: () => redis.stop() };
    },
  },
  kafka: {
    variable: "AURORA_TEST_KAFKA_BROKERS",
    start: async () => {
      const kafka = await startKafka();
      return { value: kafka.brokers.join(","), stop: () => kafka.stop() };
    },
  },
  s3: {
    variable: "AURORA_TEST_S3_ENDPOINT",
    start: async () => {
      const s3 = await startS3();
      return { value: s3.endpoint, stop: () => s3.stop() };
    },
  },
  gcs: {
    variable: "AURORA_TEST_GCS_ENDPOINT",
    start: async () => {
      const gcs = await startGcs();
      return { value: gcs.endpoint, stop: () => gcs.stop() };
    },
  },
  chromium: {
    variable: "AURORA_TEST_CHROMIUM",
    start: async () => ({ value: await chromium(), stop: nothing }),
  },
};

/**
 * Starts the servers that `needed` names and that the environment does not give. One that cannot
 * start is reported; the tests that need it will fail with the reason.
 */
export async function startShared(needed: (name: string) => boolean): Promise<SharedServers> {
  const env: Record<string, string> = {};
  const stops: (() => Promise<void>)[] = [];
  const start = async ([name, server]: [string, (typeof SERVERS)[string]]) => {
    if (Deno.env.get(server.variable) || !needed(name)) return;
    try {
      const { value, stop } = await server.start();
      env[server.variable] = value;
      stops.push(stop);
    } catch (error) {
      console.error(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  };
  await Promise.all(Object.entries(SERVERS).map(start));
  return {
    env,
    [Symbol.asyncDispose]: async () => {
      await Promise.allSettled(stops.map((stop) => stop()));
    },
  };
}
