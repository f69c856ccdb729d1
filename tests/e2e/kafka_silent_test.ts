import { assert, assertEquals } from "@std/assert";
import { kafkaBehind } from "../adapters/kafka/behind.ts";
import { tell } from "../adapters/postgres/outbox_database.ts";
import { testDatabase } from "../services/postgres.ts";
import { serve, until } from "./program.ts";

Deno.test("a server ends although Kafka is silent, and the next one sends what is left", async () => {
  await using behind = await kafkaBehind();
  const { kafka, proxy } = behind;
  await using db = await testDatabase();
  const env = { DATABASE_URL: db.url, KAFKA_BROKERS: kafka.brokers.join(",") };
  const start = () => serve({ env, words: ["--no-schedules", "--workers", "0"] });
  const unsent = async () => {
    const [row] = await db.sql<{ n: number }[]>`
      select count(*)::int as n from engine.outbox where sent_at is null`;
    return row!.n;
  };
  {
    await using server = await start();
    await tell(db.sql, "aurora.test", ["a"]);
    await until(async () => await unsent() === 0, { what: "the first event to be sent" });
    proxy.blackHole();
    await tell(db.sql, "aurora.test", ["a", "b"]);
    const isSending = async () => {
      const [row] = await db.sql<{ n: number }[]>`
        select count(*)::int as n from pg_stat_activity
        where datname = current_database() and application_name = 'aurora relay'
          and state = 'idle in transaction'`;
      return row!.n > 0;
    };
    await until(isSending, { what: "a send that hangs" });
    const began = performance.now();
    server.signal("SIGTERM");
    const { code } = await server.ended;
    assertEquals(code, 0, server.out() + server.err());
    assert(performance.now() - began < 20_000, `${performance.now() - began} ms`);
    assert(/silent/.test(server.out()), server.out());
    assertEquals(await unsent(), 2);
  }
  await proxy.heal();
  await using _server = await start();
  await until(async () => await unsent() === 0, { what: "the others to be sent" });
});
