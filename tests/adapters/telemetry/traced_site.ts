/** A server, a worker, the relay and a reader of its topic in one process: asks for a run by HTTP, ends when it is over. @module */
import { createService, lender, nextTicks, pause, relay, type TopicMessage, work } from "engine";
import { fromFileUrl } from "@std/path";
import { kafkaEventLog } from "../../../adapters/kafka/event_log.ts";
import { kafkaTopics } from "../../../adapters/kafka/topic_reader.ts";
import { connect, type Sql } from "../../../adapters/postgres/connect.ts";
import { openLedger } from "../../../adapters/postgres/ledger/ledger.ts";
import { postgresOutbox } from "../../../adapters/postgres/outbox.ts";
import { isolation } from "../../../adapters/process/isolation.ts";
import { createApi } from "../../../api/mod.ts";
import { recordTraces } from "../../../traces.ts";
import { project } from "./traced_project.ts";

const env = (name: string) => Deno.env.get(name) ?? "";
const url = env("DATABASE_URL");
const brokers = [env("KAFKA_BROKERS")];
const stop = new AbortController();
const { signal } = stop;
const traced = await recordTraces(env, () => sql);
const sql: Sql = connect(url, { name: "site", max: 2 });
const ledger = traced(await openLedger(url));
const api = createApi(createService({
  definitions: project,
  ledger,
  clock: { now: () => new Date() },
  about: {
    version: "test",
    startedAt: new Date().toISOString(),
    adapters: { postgres: "external", online: "redis", events: "kafka", objects: "file" },
  },
  health: () => Promise.resolve({ ok: true, dependencies: [] }),
  nextTicks,
}));
const http = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, api.fetch);
const log = kafkaEventLog({ brokers, partitions: 1 });
const lent = lender(env);
const processes = isolation({
  script: fromFileUrl(new URL("./traced_project.ts", import.meta.url)),
  env: {},
  ledger,
  most: 1,
});
const hello = { host: "here", pid: Deno.pid, queues: ["default"], slots: 2 };
const busy = [
  work({ definitions: project, ledger, lender: lent, isolation: processes, hello, signal }),
  relay({ outbox: postgresOutbox(sql), log, signal, pollMs: 50 }),
];
const response = await fetch(`http://127.0.0.1:${http.addr.port}/api/v1/runs`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ assets: ["touching", "apart"] }),
});
if (!response.ok) throw new Error(await response.text());
await response.body?.cancel();
const isOver = async () => {
  const [row] = await sql<{ over: boolean }[]>`
    select exists (select from engine.outbox where sent_at is not null)
      and not exists (select from engine.run where state in ('queued', 'running')) as over`;
  return row!.over;
};
while (!await isOver()) await pause(20, signal);
const read = new AbortController();
const take = async (messages: readonly TopicMessage[]) => {
  // deno-lint-ignore no-console
  console.log(JSON.stringify(messages.map((m) => m.headers)));
  await sql`select topic from engine.outbox limit 1`;
  read.abort();
};
const reading = {
  topic: env("TOPIC"),
  group: env("TOPIC"),
  isFullName: false,
  signal: read.signal,
  offsets: () => Promise.resolve({}),
  take,
};
// A broker that has just started has no coordinator of groups for a while: a sensor tries again, too.
for (let tries = 0; !read.signal.aborted; tries++) {
  try {
    await kafkaTopics({ brokers })(reading);
  } catch (error) {
    if (tries === 20) throw error;
    await pause(500, signal);
  }
}
stop.abort();
await Promise.all(busy);
await processes[Symbol.asyncDispose]();
await log.close();
await lent[Symbol.asyncDispose]();
await http.shutdown();
await ledger[Symbol.asyncDispose]();
await sql.end({ timeout: 2 });
Deno.exit(0);
