/** Relays a real outbox to a real broker behind the fault proxy, and counts what became of the events. @module */
import { relay } from "engine";
import { kafkaEventLog, type KafkaOptions } from "../../../adapters/kafka/event_log.ts";
import { postgresOutbox } from "../../../adapters/postgres/outbox.ts";
import { outboxDatabase, tell } from "../postgres/outbox_database.ts";
import type { KafkaBehind } from "./behind.ts";
import { consume, type Seen } from "./consume.ts";

/** The client that sends. */
export type Client = NonNullable<KafkaOptions["client"]>;

/** What is relayed, and who is told of it. */
export interface Relaying {
  readonly client: Client;
  readonly events: number;
  readonly keys?: number;
  /** Events in one send. @default {100} */
  readonly batch?: number;
  /** Is told how many were sent so far; what it rejects with ends the relay. */
  onSent?(sent: number): Promise<void> | void;
}

/** What became of the events. */
export interface Relayed {
  /** Sends that failed and were repeated. */
  readonly failed: number;
  /** Seconds from the first look to the last answer. */
  readonly seconds: number;
  /** Never in the topic. */
  readonly lost: number;
  /** More than once in the topic, under one event id. */
  readonly duplicates: number;
  /** Not behind the one before it of its key, where each first appears. */
  readonly outOfOrder: number;
}

/** Relays all, heals the network, and reads what is in the topic. */
export async function relayBehind({ kafka, proxy }: KafkaBehind, o: Relaying): Promise<Relayed> {
  await using db = await outboxDatabase();
  const topic = crypto.randomUUID();
  await tell(db.sql, topic, Array.from({ length: o.events }, (_, i) => `u${i % (o.keys ?? 97)}`));
  const outbox = postgresOutbox(db.sql);
  const stop = new AbortController();
  await using log = kafkaEventLog({ brokers: kafka.brokers, client: o.client });
  let [sent, failed] = [0, 0];
  const doing: Promise<void>[] = [];
  const began = performance.now();
  await relay({
    outbox,
    log,
    signal: stop.signal,
    batch: o.batch ?? 100,
    pollMs: 50,
    backoffMs: { first: 100, most: 1_000 },
    onNotice: (notice) => {
      if (notice.kind === "failed") failed++;
      if (notice.kind !== "sent") return;
      sent += notice.events;
      const done = Promise.resolve(o.onSent?.(sent));
      done.catch(() => stop.abort());
      doing.push(done);
      if (sent >= o.events) stop.abort();
    },
  });
  const seconds = (performance.now() - began) / 1_000;
  await Promise.all(doing);
  await proxy.heal();
  const left = (await outbox.lag()).pending;
  if (left > 0) throw new Error(`Cannot count: ${left} events were never marked as sent`);
  const seen = await everything(kafka.brokers, topic, db.sql);
  return { failed, seconds, ...counted(seen, o.events) };
}

/** Reads until the newest message: one that is sent behind all others to each part of the topic. */
async function everything(
  brokers: readonly string[],
  topic: string,
  sql: Parameters<typeof tell>[0],
): Promise<readonly Seen[]> {
  const ends = Array.from({ length: 60 }, (_, i) => `end ${i}`);
  await tell(sql, topic, ends);
  await using log = kafkaEventLog({ brokers });
  await postgresOutbox(sql).lock(async (take) => await log.publish(await take.pending(60)));
  const isEnd = (one: Seen) => one.key.startsWith("end ");
  const seen = await consume(brokers, topic, (all) => all.filter(isEnd).length === 60, 120_000);
  return seen.filter((one) => !isEnd(one));
}

function counted(
  seen: readonly Seen[],
  events: number,
): Pick<Relayed, "lost" | "duplicates" | "outOfOrder"> {
  const known = new Map<string, number>();
  const last = new Map<string, number>();
  let outOfOrder = 0;
  for (const { key, value } of seen) {
    const { place } = value.payload;
    if (known.has(value.event_id)) {
      if (known.get(value.event_id) !== place) throw new Error(`${value.event_id} is two events`);
      continue;
    }
    known.set(value.event_id, place);
    if (place < (last.get(key) ?? -1)) outOfOrder++;
    last.set(key, place);
  }
  return { lost: events - known.size, duplicates: seen.length - known.size, outOfOrder };
}
