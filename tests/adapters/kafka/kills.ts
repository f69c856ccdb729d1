/** Kills a broker while events are relayed to it, and counts what became of them. @module */
import { relay } from "engine";
import { kafkaEventLog, type KafkaOptions } from "../../../adapters/kafka/event_log.ts";
import { postgresOutbox } from "../../../adapters/postgres/outbox.ts";
import { startKafka } from "../../services/kafka.ts";
import { outboxDatabase, tell } from "../postgres/outbox_database.ts";
import { consume, type Seen } from "./consume.ts";

/** What is to be done. */
export interface Killing {
  readonly client: NonNullable<KafkaOptions["client"]>;
  readonly events: number;
  /** `kill -9` of the broker, evenly over the events. */
  readonly kills: number;
  readonly keys?: number;
}

/** What became of the events. */
export interface Counts {
  readonly kills: number;
  /** Sends that failed and were repeated. */
  readonly failed: number;
  /** Never in the topic. */
  readonly lost: number;
  /** More than once in the topic, under one event id. */
  readonly duplicates: number;
  /** Not behind the one before it of its key, where each first appears. */
  readonly outOfOrder: number;
}

const TOPIC = "killed";

/** Relays so many events from a real outbox to a real broker that is killed in the middle of sends. */
export async function relayUnderKills(o: Killing): Promise<Counts> {
  await using kafka = await startKafka();
  await using db = await outboxDatabase();
  await tell(db.sql, TOPIC, Array.from({ length: o.events }, (_, i) => `u${i % (o.keys ?? 97)}`));
  const outbox = postgresOutbox(db.sql);
  const stop = new AbortController();
  await using log = kafkaEventLog({ brokers: kafka.brokers, client: o.client });
  let [sent, kills, failed] = [0, 0, 0];
  let killing: Promise<void> = Promise.resolve();
  const kill = async () => {
    await kafka.kill();
    await kafka.start();
  };
  await relay({
    outbox,
    log,
    signal: stop.signal,
    batch: 100,
    pollMs: 50,
    backoffMs: { first: 100, most: 1_000 },
    onNotice: (notice) => {
      if (notice.kind === "failed") failed++;
      if (notice.kind !== "sent") return;
      sent += notice.events;
      if (kills < o.kills && sent >= (kills + 1) * o.events / (o.kills + 1)) {
        kills++;
        // While the relay goes on sending; a broker that is coming up is not killed again.
        killing = killing.then(kill);
        killing.catch(() => stop.abort());
      }
      if (sent >= o.events) stop.abort();
    },
  });
  await killing;
  const left = (await outbox.lag()).pending;
  if (left > 0) throw new Error(`Cannot count: ${left} events were never marked as sent`);
  const seen = await everything(kafka.brokers, db.sql);
  return { kills, failed, ...counted(seen, o.events) };
}

/** Reads until the newest message: one that is sent behind all others to each part of the topic. */
async function everything(
  brokers: readonly string[],
  sql: Parameters<typeof tell>[0],
): Promise<readonly Seen[]> {
  const ends = Array.from({ length: 60 }, (_, i) => `end ${i}`);
  await tell(sql, TOPIC, ends);
  await using log = kafkaEventLog({ brokers });
  await postgresOutbox(sql).lock(async (take) => await log.publish(await take.pending(60)));
  const isEnd = (one: Seen) => one.key.startsWith("end ");
  const seen = await consume(brokers, TOPIC, (all) => all.filter(isEnd).length === 60, 120_000);
  return seen.filter((one) => !isEnd(one));
}

function counted(seen: readonly Seen[], events: number): Omit<Counts, "kills" | "failed"> {
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
