import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import kafkajs from "kafkajs";
import { connect, type Sql } from "../../../adapters/postgres/connect.ts";
import { testKafka } from "../../services/kafka.ts";
import { testLedger } from "../../services/ledger.ts";
import { administer } from "./consume.ts";

const shared = await testKafka();
Deno.test.afterAll(async () => await shared[Symbol.asyncDispose]());

// kafkajs leaves timers of its connections behind for a moment.
const options = { sanitizeOps: false, sanitizeResources: false };

const PROGRAM = fromFileUrl(new URL("sensor_process.ts", import.meta.url));

function startSensor(url: string, topic: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", PROGRAM, url, shared.brokers[0]!, topic],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

async function send(topic: string, from: number, count: number): Promise<void> {
  const client = new kafkajs.Kafka({ brokers: [...shared.brokers], logLevel: 0 });
  const producer = client.producer();
  await producer.connect();
  for (let n = from; n < from + count; n += 10) {
    const messages = Array.from({ length: 10 }, (_, i) => ({ key: `${n + i}`, value: `${n + i}` }));
    await producer.send({ topic, messages });
  }
  await producer.disconnect();
}

const asked = async (sql: Sql) =>
  (await sql<{ reason: string }[]>`select reason from engine.run`).map((row) => row.reason);

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!await holds()) {
    if (performance.now() > end) throw new Error(`it never came to that: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Asserts that the brokers were told of nothing that is not in the ledger with its requests. */
async function assertNotAhead(sql: Sql, topic: string): Promise<void> {
  const told = await administer(
    shared.brokers,
    (admin) => admin.fetchOffsets({ groupId: topic, topics: [topic] }),
  );
  const [row] = await sql<{ value: Record<string, string> }[]>`
    select value from engine.cursor where name = 'sensor:order_topic'`;
  for (const { partition, offset } of told[0]!.partitions) {
    const ours = row?.value[partition] ?? "0";
    assert(BigInt(offset) <= BigInt(ours), `part ${partition}: ${offset} told, ${ours} remembered`);
  }
}

Deno.test(
  "a sensor whose process is killed acts on each message of its topic once",
  options,
  async () => {
    const topic = crypto.randomUUID();
    await administer(
      shared.brokers,
      (admin) =>
        admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: true }),
    );
    await using t = await testLedger();
    const sql = connect(t.url, { name: "test", max: 1 });
    const ALL = 300;
    let sensor = startSensor(t.url, topic);
    try {
      for (const part of [0, 1, 2]) {
        const sending = send(topic, part * ALL / 3, ALL / 3);
        const enough = part * ALL / 3 + 20;
        await until(`${enough} runs`, async () => (await asked(sql)).length >= enough);
        if (part < 2) {
          sensor.kill("SIGKILL");
          await sensor.status;
          await assertNotAhead(sql, topic);
          sensor = startSensor(t.url, topic);
        }
        await sending;
      }
      await until(`${ALL} runs`, async () => (await asked(sql)).length >= ALL);
      const reasons = (await asked(sql)).toSorted();
      assertEquals(reasons, Array.from({ length: ALL }, (_, i) => `order ${i}`).toSorted());
      await assertNotAhead(sql, topic);
    } finally {
      sensor.kill("SIGKILL");
      await sensor.status;
      await sql.end();
    }
  },
);
