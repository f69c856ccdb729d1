import { assertEquals, assertMatch } from "@std/assert";
import { healthOf } from "../health.ts";
import { outboxDatabase, tell } from "./adapters/postgres/outbox_database.ts";

Deno.test("health tells how many events wait, since when, and how many were refused", async () => {
  await using db = await outboxDatabase();
  using broker = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const brokers = `127.0.0.1:${broker.addr.port}`;
  const health = healthOf({
    sql: db.sql,
    ledger: { workers: () => Promise.resolve([]) },
    env: (name) => name === "KAFKA_BROKERS" ? brokers : "",
    kind: "external",
  });
  const detail = async () =>
    (await health.ask()).dependencies.find((one) => one.name === "kafka")?.detail ?? "";
  assertEquals(await detail(), `events go to ${brokers}`);
  await tell(db.sql, "t", ["u1", "u2", "u3"]);
  await db.sql`
    update engine.outbox set refused_at = now(), refused_reason = 'TOO_LARGE' where key = 'u1'`;
  assertMatch(await detail(), /; 2 wait, since 20.+Z; 1 refused, see "events --refused"$/);
  await health.close();
});
