/**
 * Reaches mail, a webhook, Redis, Kafka and PostgreSQL at a host that has a name; started with the rights of the server.
 * Tells what each said.
 *
 * @module
 */
import { smtpChannel } from "../../adapters/alerts/smtp.ts";
import { webhookChannel } from "../../adapters/alerts/webhook.ts";
import { kafkaEventLog } from "../../adapters/kafka/event_log.ts";
import { connect } from "../../adapters/postgres/connect.ts";
import { connectRedis } from "../../adapters/redis/link.ts";
import { alert } from "../adapters/alerts/alert.ts";

const env = (name: string) => Deno.env.get(name) ?? "";
const [baseUrl, limitMs] = ["https://aurora.example", 2_000];
const mail = { url: env("AURORA_SMTP_URL"), from: "a@example.org", to: "b@example.org" };
const hook = { url: env("AURORA_WEBHOOK_URL"), baseUrl, limitMs };
const brokers = env("KAFKA_BROKERS").split(",");
const event = { id: "1", topic: "t", key: "k", payload: {}, at: new Date(0) };

const tries: Record<string, () => Promise<unknown>> = {
  mail: () => smtpChannel({ ...mail, baseUrl, limitMs }).send(alert(), "open"),
  webhook: () => webhookChannel({ ...hook, privateHosts: ["localhost"] }).send(alert(), "open"),
  refused: () => webhookChannel(hook).send(alert(), "open"),
  postgres: async () => await connect(env("DATABASE_URL"), { max: 1 })`select 1`,
  redis: () =>
    connectRedis(env("REDIS_URL")).do({ doing: "answer", limitMs: 2_000 }, (c) => c.ping()),
  kafkajs: () => kafkaEventLog({ brokers, client: "kafkajs" } as never).publish([event as never]),
  platformatic: () =>
    kafkaEventLog({ brokers, client: "platformatic" } as never).publish([event as never]),
};
for (const [name, act] of Object.entries(tries)) {
  const late = new Promise<string>((done) => setTimeout(() => done("late"), 3_000));
  const said = act().then(() => "done", (error) => `${error.message} ${error.cause?.message}`);
  // deno-lint-ignore no-console
  console.log(JSON.stringify([name, await Promise.race([said, late])]));
}
Deno.exit(0);
