import { assert, assertEquals } from "@std/assert";
import { type AlertChannel, define, nextTick, watch } from "engine";
import { openLedger } from "../../../adapters/postgres/ledger/ledger.ts";
import { sharedVitals } from "../../../adapters/postgres/vitals.ts";
import { connect } from "../../../adapters/postgres/connect.ts";
import { plan, step } from "../../../engine/ledger/contract/subject.ts";
import { ledgerDatabase } from "../../services/ledger.ts";
import { tell } from "./outbox_database.ts";

Deno.test("sharedVitals() tells what waits for workers and what for full pools, and what is not sent", async () => {
  await using db = await ledgerDatabase();
  await using ledger = await openLedger(db.url);
  const sql = connect(db.url, { name: "vitals", max: 2 });
  const empty = await sharedVitals(sql, { relays: true });
  assertEquals([empty.queue, empty.pools, empty.outbox], [
    { waiting: 0, oldest: null },
    [],
    { waiting: 0, oldest: null },
  ]);
  assert(empty.connections.used > 0 && empty.connections.most > empty.connections.used);
  await ledger.declarePools({ warehouse: 1 });
  await ledger.submit(
    plan([
      step("a", { pools: { warehouse: 1 } }),
      step("b", { pools: { warehouse: 1 } }),
      step("c"),
    ]),
  );
  const worker = await ledger.join({ host: "h", pid: 1, queues: ["default"], slots: 1 });
  const free = await sharedVitals(sql, { relays: false });
  assertEquals([free.queue.waiting, free.pools, free.outbox], [3, [], null]);
  const [held] = await ledger.claim({ worker, queues: ["default"], room: 1 });
  assertEquals(held?.asset, "a");
  await tell(sql, "t", ["k1", "k2"]);
  const busy = await sharedVitals(sql, { relays: true });
  assertEquals([busy.queue.waiting, busy.outbox?.waiting], [1, 2]);
  assert(busy.queue.oldest instanceof Date && busy.outbox?.oldest instanceof Date);
  await sql`update engine.outbox set refused_at = now(), refused_reason = 'r' where key = 'k1'`;
  const refused = await sharedVitals(sql, { relays: true });
  assertEquals([refused.outbox?.waiting, refused.refused?.waiting], [1, 1]);
  assert(refused.refused?.oldest instanceof Date);
  assertEquals((await sharedVitals(sql, { relays: false })).refused, null);
  const [pool] = busy.pools;
  assertEquals([pool?.name, pool?.slots, pool?.waiting], ["warehouse", 1, 1]);
  assert(pool?.oldest instanceof Date);
  await sql.end();
});

Deno.test("two servers that look at once open one episode and tell it once", async () => {
  await using db = await ledgerDatabase();
  await using one = await openLedger(db.url);
  await using two = await openLedger(db.url);
  const told: string[] = [];
  const mail: AlertChannel = {
    name: "mail",
    send: (alert, phase) => (told.push(`${phase} ${alert.episode}`), Promise.resolve()),
  };
  const sql = connect(db.url, { name: "vitals", max: 1 });
  await tell(sql, "t", ["k"]);
  await sql`update engine.outbox set created_at = created_at - interval '1 hour'`;
  const look = async (ledger: typeof one) => {
    const now = new Date();
    const measured = { shared: await sharedVitals(sql, { relays: true }), at: now };
    const o = { definitions: define({}), ledger, channels: [mail], next: nextTick, measured };
    await watch(o, now);
  };
  for (let i = 0; i < 4; i++) await Promise.all([look(one), look(two)]);
  assertEquals(told, ["open resource:outbox"]);
  await sql`update engine.outbox set sent_at = now()`;
  for (let i = 0; i < 3; i++) await Promise.all([look(one), look(two)]);
  assertEquals(told, ["open resource:outbox", "resolved resource:outbox"]);
  assertEquals((await one.alerts(9)).length, 1);
  await sql.end();
});
