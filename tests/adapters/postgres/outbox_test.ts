import { assert, assertEquals, assertRejects } from "@std/assert";
import { events, sendAgain, topics } from "../../../adapters/postgres/ledger/facts.ts";
import { connect } from "../../../adapters/postgres/connect.ts";
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

Deno.test("postgresOutbox() reads no more than it gives, although statistics know of no event", async () => {
  await using db = await outboxDatabase();
  await tell(db.sql, "topic", Array.from({ length: 5_000 }, (_, i) => `u${i}`));
  const sql = connect(db.url, { name: "relay", max: 1 });
  let last = 0n;
  await postgresOutbox(sql).lock(async (take) => {
    await take.pending(10);
    last = (await take.pending(10, 4_000n)).at(-1)!.id;
  });
  assertEquals(last, 4_010n);
  await sql`select pg_stat_force_next_flush()`;
  await sql.end();
  const [row] = await db.sql<{ read: number }[]>`
    select idx_tup_read::int as read from pg_stat_user_indexes where indexrelname = 'outbox_unsent'`;
  assertEquals(row?.read, 20);
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

Deno.test("postgresOutbox() sets refused events aside until they are sent again", async () => {
  await using db = await outboxDatabase();
  await tell(db.sql, "topic", ["u1", "u2", "u3"]);
  const outbox = postgresOutbox(db.sql);
  const ids = async () => {
    let found: bigint[] = [];
    await outbox.lock(async (take) => {
      found = (await take.pending(9)).map((event) => event.id);
    });
    return found;
  };
  const [first, second, third] = await ids();
  await outbox.lock(async (take) => {
    await take.markRefused(first!, "TOO_LARGE");
    await take.markRefused(second!, "TOO_LARGE");
  });
  assertEquals(await ids(), [third]);
  const lag = await outbox.lag();
  assertEquals([lag.pending, lag.refused], [1, 2]);
  const refused = await events(db.sql, { refused: true, limit: 9 });
  assertEquals(refused.map((e) => [e.id, e.refusedReason]), [
    [String(second), "TOO_LARGE"],
    [String(first), "TOO_LARGE"],
  ]);
  assertEquals([...await topics(db.sql)], [{ topic: "topic", count: 3, unsent: 1, refused: 2 }]);
  assertEquals(await sendAgain(db.sql, [String(second), String(third)]), 1);
  assertEquals(await ids(), [second, third]);
  assertEquals([await sendAgain(db.sql, undefined), await sendAgain(db.sql, undefined)], [1, 0]);
  assertEquals(await ids(), [first, second, third]);
  assertEquals((await outbox.lag()).refused, 0);
});

Deno.test("sendAgain() wakes those who relay", async () => {
  await using db = await outboxDatabase();
  await tell(db.sql, "topic", ["u1"]);
  await postgresOutbox(db.sql).lock(async (take) => {
    const [event] = await take.pending(1);
    await take.markRefused(event!.id, "TOO_LARGE");
  });
  const heard = Promise.withResolvers<string>();
  const { unlisten } = await db.sql.listen("aurora", heard.resolve);
  await sendAgain(db.sql, undefined);
  assertEquals(await heard.promise, "outbox");
  await unlisten();
});
