import { assertEquals } from "@std/assert";
import { asset, define, lender, listening, listenSensor, request, setPaused } from "engine";
import { channelsOf } from "../../../adapters/postgres/channel.ts";
import { connect } from "../../../adapters/postgres/connect.ts";
import { until } from "../../engine/run/sensing.ts";
import { testLedger } from "../../services/ledger.ts";

const orders = asset({ name: "orders", materialize: () => 1 });

/** A sensor on a table of orders: it is told of each, and looks for what it missed. */
async function setUp() {
  const t = await testLedger();
  const sql = connect(t.url, { name: "test", max: 2 });
  await sql`create table placed (id int primary key)`;
  const newOrders = listenSensor({
    name: "new_orders",
    channel: "orders",
    every: "30s",
    cursor: 0,
    async *evaluate({ payloads, cursor }) {
      const missed = payloads.length > 0
        ? payloads.map(Number)
        : (await sql<{ id: number }[]>`select id from placed where id > ${cursor} order by id`)
          .map((row) => row.id);
      for (const id of missed) yield request(orders, { key: `${id}`, reason: `order ${id}` });
      return Math.max(cursor, ...missed);
    },
  });
  const source = { of: "channel", channel: "orders" } as const;
  const o = {
    definitions: define({ orders, newOrders }),
    ledger: t.ledger,
    lender: lender(() => ""),
  };
  return {
    ...t,
    sql,
    serve(signal: AbortSignal) {
      return listening({ ...o, listenTo: channelsOf(t.url) }, { ...newOrders, source }, signal);
    },
    place: async (...ids: readonly number[]) => {
      await sql.begin(async (tx) => {
        for (const id of ids) {
          await tx`insert into placed values (${id})`;
          await tx`select pg_notify('orders', ${`${id}`})`;
        }
      });
    },
    asked: async () => (await t.ledger.runs({ limit: 99 })).map((r) => r.reason).toSorted(),
    cursor: async () => (await t.ledger.cursors("sensor:new_orders"))[0],
    async [Symbol.asyncDispose]() {
      await sql.end();
      await t[Symbol.asyncDispose]();
    },
  };
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => `order ${i + 1}`);

Deno.test("a listenSensor hears payloads at once, once with two servers, and what was missed before", async () => {
  await using b = await setUp();
  await b.place(1);
  const stop = new AbortController();
  const serving = [b.serve(stop.signal), b.serve(stop.signal)];
  await until(async () => (await b.asked()).length === 1);
  await b.place(2, 3);
  await b.place(4);
  await until(async () => (await b.asked()).length === 4);
  stop.abort();
  await Promise.all(serving);
  assertEquals(await b.asked(), upTo(4));
});

Deno.test("a listenSensor looks for what it missed after its connection was cut", async () => {
  await using b = await setUp();
  const stop = new AbortController();
  const serving = b.serve(stop.signal);
  await until(async () => (await b.cursor()) !== undefined);
  await b.sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'aurora listen' and datname = current_database()
      and query like '%orders%'`;
  await b.place(1, 2);
  await until(async () => (await b.asked()).length === 2);
  stop.abort();
  await serving;
  assertEquals(await b.asked(), upTo(2));
});

Deno.test("a listenSensor that is paused keeps what it hears until it goes on", async () => {
  await using b = await setUp();
  const stop = new AbortController();
  const serving = b.serve(stop.signal);
  await until(async () => (await b.cursor()) !== undefined);
  const by = { by: "a person", now: new Date() };
  await setPaused(b.ledger, "sensor:new_orders", { ...by, paused: true });
  await b.place(1, 2);
  await new Promise((r) => setTimeout(r, 300));
  assertEquals(await b.asked(), []);
  await setPaused(b.ledger, "sensor:new_orders", { ...by, paused: false });
  await until(async () => (await b.asked()).length === 2);
  stop.abort();
  await serving;
  assertEquals(await b.asked(), upTo(2));
});
