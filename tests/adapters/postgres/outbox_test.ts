import { assert, assertEquals, assertRejects } from "@std/assert";
import { postgresOutbox } from "../../../adapters/postgres/outbox.ts";
import type { OutboxEvent } from "engine";
import { outboxDatabase, tell } from "./outbox_database.ts";

Deno.test("postgresOutbox() gives events as they were written, oldest first", async () => {
  await using db = await outboxDatabase();
  await tell(db.sql, "topic", ["u1", "u2"]);
  const outbox = postgresOutbox(db.sql);
  let events: OutboxEvent[] = [];
  await outbox.lock(async (take) => {
    events = await take.pending(10);
  });
  assertEquals(events.map((event) => event.key), ["u1", "u2"]);
  const [first] = events;
  assert(first && first.createdAt instanceof Date && typeof first.id === "bigint");
  assertEquals([first.topic, first.schemaVersion, first.run, first.payload], ["topic", 1, "7", {
    place: 0,
  }]);
  assert(/^[0-9a-f-]{36}$/.test(first.eventId));
});

Deno.test("postgresOutbox() marks with the end of the lock, and not if the work fails", async () => {
  await using db = await outboxDatabase();
  await tell(db.sql, "topic", ["u1", "u2"]);
  const outbox = postgresOutbox(db.sql);
  const first = async (limit: number, fail: boolean) =>
    await outbox.lock(async (take) => {
      await take.markSent((await take.pending(limit)).map((event) => event.id));
      if (fail) throw new Error("broken off");
    });
  await assertRejects(() => first(2, true), Error, "broken off");
  assertEquals((await outbox.lag()).pending, 2);
  assertEquals(await first(1, false), true);
  const lag = await outbox.lag();
  assertEquals(lag.pending, 1);
  assert(lag.oldest instanceof Date);
});

Deno.test("postgresOutbox() is held by one at a time, in any process", async () => {
  await using db = await outboxDatabase();
  const [one, other] = [postgresOutbox(db.sql), postgresOutbox(db.sql)];
  let inner: boolean | undefined;
  const outer = await one.lock(async () => {
    inner = await other.lock(() => Promise.reject(new Error("never")));
  });
  assertEquals([outer, inner], [true, false]);
  assertEquals(await other.lock(() => Promise.resolve()), true);
});
