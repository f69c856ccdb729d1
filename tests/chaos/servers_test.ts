import { assert, assertEquals } from "@std/assert";
import { until } from "../e2e/program.ts";
import { cluster, type Member } from "./cluster.ts";
import { lookAtEnd } from "./laws.ts";
import { ask, load, rest } from "./load.ts";

/** Listens as a webhook; counts what it is told by title. */
function hook() {
  const told: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (r) => {
    told.push(await r.text());
    return new Response();
  });
  return {
    told,
    env: {
      AURORA_WEBHOOK_URL: `http://127.0.0.1:${server.addr.port}/`,
      AURORA_WEBHOOK_SECRET: "secret",
      AURORA_PRIVATE_HOSTS: "127.0.0.1",
      AURORA_BASE_URL: "http://127.0.0.1:1",
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("three servers tick, sense and alert once, also while one after the other is restarted", async () => {
  await using alerts = hook();
  await using c = await cluster({ server: 0, worker: 0, relay: 2 });
  const servers = [1, 2, 3].map(() => c.add("server", alerts.env));
  const workers = [1, 2, 3].map(() => c.add("worker"));
  await c.ready();
  const loading = load(c);
  const run = await ask(c.ledger, "broken", ["broken"]);
  await until(async () => (await c.ledger.run(run))!.run.endedAt !== null, { what: "the failure" });
  for (const member of [...servers, ...workers]) {
    await drained(member);
    await c.kill(member); // It has ended: this only starts it again.
    await c.ready();
  }
  await until(() => alerts.told.length > 0, { what: "the alert" });
  await loading.stop();
  await rest(c);
  await lookAtEnd(c, "after a rolling restart");
  const about = alerts.told.filter((text) => text.includes("broken"));
  assertEquals(about.length, 1, alerts.told.join("\n"));
  const [seen] = await c.sql<[{ lost: number; ticks: number; sensed: number }]>`
    select (select count(*)::int from engine.attempt where state = 'lost') as lost,
      (select count(*)::int from engine.run where trigger = 'schedule') as ticks,
      (select count(*)::int from engine.run where trigger = 'sensor') as sensed`;
  assertEquals(seen.lost, 0, "who is asked to end lets its steps end");
  assert(seen.ticks > 2 && seen.sensed > 3, JSON.stringify(seen));
  const cursors = await c.sql`select 1 from engine.alert where episode = 'failed:broken'`;
  assertEquals(cursors.length, 1);
});

/** Asks a process to end; it ends well. */
async function drained({ program }: Member): Promise<void> {
  program.signal("SIGTERM");
  const { code } = await program.ended;
  assertEquals(code, 0, program.out() + program.err());
}
