import { postgresOutbox } from "../adapters/postgres/outbox.ts";
import { kafkaEventLog } from "../adapters/kafka/event_log.ts";
import { relay } from "../engine/mod.ts";
import { outboxDatabase, tell } from "../tests/adapters/postgres/outbox_database.ts";
import { startKafka } from "../tests/services/kafka.ts";
import { type Bench, type Figure, figure } from "./bench.ts";

const EVENTS = 20_000;
const KEYS = 500;
const RUNS = 3;

/** How fast the outbox is emptied, by each client; the first figure is of the one that is used unless told. */
export const bench: Bench = {
  name: "relay_events",
  what: "events a second from the outbox in PostgreSQL to a Kafka broker, marked as sent",
  async measure() {
    await using kafka = await startKafka();
    const figures: Figure[] = [];
    for (const client of ["kafkajs", "platformatic"] as const) {
      await relayed(kafka.brokers, client); // warms both ends
      const rates: number[] = [];
      for (let i = 0; i < RUNS; i++) rates.push(await relayed(kafka.brokers, client));
      const name = client === "kafkajs" ? "relay_events" : "relay_events_platformatic";
      figures.push(figure({ name, unit: "events/s", params: { events: EVENTS } }, rates));
    }
    return figures;
  },
};

/** Events a second of one outbox that is full when the relay begins. */
async function relayed(
  brokers: readonly string[],
  client: "kafkajs" | "platformatic",
): Promise<number> {
  await using db = await outboxDatabase();
  await tell(db.sql, crypto.randomUUID(), Array.from({ length: EVENTS }, (_, i) => `u${i % KEYS}`));
  await using log = kafkaEventLog({ brokers, client });
  const stop = new AbortController();
  let sent = 0;
  const begun = performance.now();
  let ended = 0;
  await relay({
    outbox: postgresOutbox(db.sql),
    log,
    signal: stop.signal,
    onNotice: (notice) => {
      if (notice.kind !== "sent") throw new Error("Cannot measure: the broker did not take events");
      sent += notice.events;
      if (sent < EVENTS) return;
      ended = performance.now();
      stop.abort();
    },
  });
  return EVENTS / ((ended - begun) / 1_000);
}
