// deno-lint-ignore-file no-console
/**
 * `deno task services`: installs what the tests need (PostgreSQL, Redis, Kafka, S3, GCS, moto, Chromium, promtool,
 * a mail server, schemathesis, PgBouncer, native libraries).
 * Quick when all is there.
 * @module
 */
import { chromium } from "../tests/services/chromium.ts";
import { fakeGcsServer } from "../tests/services/gcs.ts";
import { java, kafkaJars, oldestKafkaJars } from "../tests/services/kafka.ts";
import { motoPackages } from "../tests/services/moto.ts";
import { nativeLibraries } from "../tests/services/native.ts";
import { aiosmtpd } from "../tests/services/smtp.ts";
import { stopTestServer, testServer } from "../tests/services/postgres.ts";
import { pgbouncer } from "../tests/services/pgbouncer.ts";
import { promtool } from "../tests/services/promtool.ts";
import { redisServer } from "../tests/services/redis.ts";
import { schemathesis } from "../tests/services/schemathesis.ts";
import { weed } from "../tests/services/s3.ts";

/** Everything that tests need from outside, by name. */
export const PROVISIONS: Readonly<Record<string, () => Promise<string | void>>> = {
  postgres: async () => {
    await testServer();
    await stopTestServer();
  },
  redis: redisServer,
  java,
  kafka: () => kafkaJars(),
  "oldest kafka": oldestKafkaJars,
  moto: motoPackages,
  s3: weed,
  gcs: fakeGcsServer,
  chromium,
  smtp: aiosmtpd,
  schemathesis,
  native: nativeLibraries,
  promtool,
  pgbouncer,
};

/** Installs all, goes on after a failure, and gives what could not be had. */
export async function installAll(): Promise<readonly string[]> {
  Deno.env.set("AURORA_TEST_INSTALL", "1");
  const failed: string[] = [];
  for (const [name, provide] of Object.entries(PROVISIONS)) {
    try {
      console.error(`${name}: ${await provide() ?? "there"}`);
    } catch (error) {
      console.error(`${name}: ${error instanceof Error ? error.message : error}`);
      failed.push(name);
    }
  }
  return failed;
}

if (import.meta.main) Deno.exit((await installAll()).length === 0 ? 0 : 1);
