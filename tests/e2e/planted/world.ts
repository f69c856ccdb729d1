/** Everything that a program speaks to, each with a secret, and what each of them heard. @module */
import type { Sql } from "../../../adapters/postgres/connect.ts";
import { mailServer } from "../../adapters/alerts/mail_server.ts";
import { checkout } from "../../chaos/checkout.ts";
import { startRedis } from "../../services/redis.ts";
import { PLANTED } from "./secrets.ts";
import {
  connections,
  database,
  type Heard,
  kafkaOf,
  read,
  receiver,
  secretsManager,
} from "./services.ts";

/** What a test gets. */
export interface World extends AsyncDisposable {
  /** Variables of the program. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder in which it runs the leaky project. */
  readonly root: string;
  readonly sql: Sql;
  readonly hook: Heard;
  readonly lineage: Heard;
  readonly collector: Heard;
  /** Mails as text. */
  mails(): string;
  /** Everything in all topics. */
  events(): Promise<string>;
}

/** Variables of alerts, single sign-on, lineage and traces. */
const told = (to: { hook: string; lineage: string; collector: string }) => ({
  AURORA_BASE_URL: "http://127.0.0.1:8081",
  AURORA_PRIVATE_HOSTS: "127.0.0.1",
  AURORA_ALERT_FROM: "aurora@example.com",
  AURORA_ALERT_TO: "ops@example.com",
  AURORA_WEBHOOK_URL: `${to.hook}/${PLANTED["AURORA_WEBHOOK_URL"]}`,
  AURORA_WEBHOOK_SECRET: PLANTED["AURORA_WEBHOOK_SECRET"],
  AURORA_OIDC_ISSUER: "http://127.0.0.1:1",
  AURORA_OIDC_CLIENT_ID: "aurora",
  AURORA_OIDC_CLIENT_SECRET: PLANTED["AURORA_OIDC_CLIENT_SECRET"],
  AURORA_AUTH_SECRET: PLANTED["AURORA_AUTH_SECRET"],
  OPENLINEAGE_URL: to.lineage,
  OPENLINEAGE_API_KEY: PLANTED["OPENLINEAGE_API_KEY"],
  OTEL_DENO: "true",
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  OTEL_EXPORTER_OTLP_ENDPOINT: to.collector,
  OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${PLANTED["OTEL_EXPORTER_OTLP_HEADERS"]}`,
  OTEL_BSP_SCHEDULE_DELAY: "200",
  OTEL_BLRP_SCHEDULE_DELAY: "200",
  OTEL_METRIC_EXPORT_INTERVAL: "1000",
  CRM_API_TOKEN: PLANTED["a variable of the code"],
});

/** Starts all of it. */
export async function plantedWorld(): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const { url, sql } = await database(stack);
  const redis = stack.use(await startRedis("--requirepass", PLANTED["REDIS_URL"]));
  const { kafka, env: kafkaEnv } = await kafkaOf(stack);
  const mail = stack.use(await mailServer());
  const [hook, lineage, collector] = [receiver(stack), receiver(stack), receiver(stack)];
  const folder = await Deno.makeTempDir({ prefix: "aurora-planted-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const env = {
    ...await connections(stack, sql, mail.port),
    ...await secretsManager(stack),
    ...kafkaEnv,
    DATABASE_URL: url,
    REDIS_URL: `redis://:${PLANTED["REDIS_URL"]}@127.0.0.1:${redis.port}`,
    AURORA_DIRECTORY: `${folder}/aurora`,
    ...told({ hook: hook.url, lineage: lineage.url, collector: collector.url }),
  };
  const root = await checkout(folder, "tests/e2e/planted/project.ts");
  const owned = stack.move();
  return {
    env,
    root,
    sql,
    hook: hook.heard,
    lineage: lineage.heard,
    collector: collector.heard,
    mails: () => mail.mails.map((m) => [...m.headers, ...m.parts].join("\n")).join("\n"),
    events: () => read(kafka),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
