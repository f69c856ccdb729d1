import { assert, assertEquals } from "@std/assert";
import { type Cluster, cluster } from "./cluster.ts";
import { look, lookAtEnd } from "./laws.ts";
import { endedElsewhere, holder, moved } from "./held.ts";
import { load, rest } from "./load.ts";
import { kill, until } from "../e2e/program.ts";
import { faultProxy } from "../services/fault_proxy.ts";

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Brings trouble to a cluster under load, and looks that nothing was lost or done twice. */
async function under(what: string, trouble: (c: Cluster) => Promise<void>): Promise<void> {
  await using c = await cluster({ server: 2, worker: 2, relay: 2 });
  await c.ready();
  const loading = load(c);
  await until(async () => {
    const rows = await c.sql`select 1 from engine.visible where asset in ('after', 'd')`;
    return rows.length === 7;
  }, { what: "work of all kinds" });
  await trouble(c);
  await loading.stop();
  await rest(c);
  await lookAtEnd(c, `after ${what}`);
}

Deno.test("PostgreSQL killed and stopped under load: nothing is lost or done twice", () =>
  under("two restarts", async (c) => {
    await c.restartPostgres("SIGKILL");
    await wait(1_500);
    await look(c.sql, "after SIGKILL");
    await c.restartPostgres("SIGINT");
    await wait(1_500);
  }));

Deno.test("all backends terminated again and again: nothing is lost or done twice", () =>
  under("terminated backends", async ({ sql }) => {
    for (let i = 0; i < 12; i++) {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name like 'aurora%'`;
      await wait(200 + 37 * i);
      await look(sql, `after ${i + 1} cuts`);
    }
  }));

Deno.test("read-only for 10 s: work goes on where it was", () =>
  under("ten seconds read-only", async ({ sql }) => {
    const made = async () => {
      const [row] = await sql<[{ n: number }]>`
        select count(*)::int as n from engine.materialization`;
      return row.n;
    };
    await sql`alter system set default_transaction_read_only = on`;
    await sql`select pg_reload_conf()`;
    await wait(1_000);
    const before = await made();
    await wait(9_000);
    assertEquals(await made(), before, "it did refuse");
    await sql`alter system reset default_transaction_read_only`;
    await sql`select pg_reload_conf()`;
    await until(async () => await made() > before, { what: "work to go on" });
  }));

Deno.test("a worker stopped beyond its lease and continued: its late commit is refused", async () => {
  await using c = await cluster({ server: 1, worker: 2, relay: 1 });
  await c.ready();
  const { worker, run, member } = await holder(c, c.members.filter((m) => m.kind === "worker"));
  kill(member.program.pid, "SIGSTOP");
  const ms = await moved(c, run, worker);
  assert(ms < 12_000, `it took ${ms} ms`);
  // Both may end the step now, and the one that comes back tries.
  await Deno.remove(c.hold);
  kill(member.program.pid, "SIGCONT");
  await endedElsewhere(c, run, worker);
  await member.program.said(/was given up/);
  await rest(c);
  await lookAtEnd(c, "after SIGSTOP");
});

Deno.test("three workers on ways of their own, one cut off: its step moves within the lease", async () => {
  await using c = await cluster({ server: 2, worker: 0, relay: 1 });
  const [{ port }] = [new URL(c.url)];
  const ways = await Promise.all([0, 1, 2].map(() => faultProxy(Number(port))));
  try {
    const workers = ways.map((way) => {
      const url = new URL(c.url);
      url.port = String(way.port);
      return c.add("worker", { DATABASE_URL: url.href });
    });
    await c.ready();
    const { worker, run, member } = await holder(c, workers);
    const way = ways[workers.indexOf(member)]!;
    way.blackHole();
    const ms = await moved(c, run, worker);
    assert(ms < 12_000, `it took ${ms} ms`);
    // What it sends now lies before the cut, and arrives when the network is back.
    await Deno.remove(c.hold);
    await wait(500);
    await way.heal();
    await endedElsewhere(c, run, worker);
    await member.program.said(/was given up/);
    await until(async () => (await c.ledger.workers()).length === 3, { what: "it to join again" });
    await rest(c);
    await lookAtEnd(c, "after a cut");
  } finally {
    for (const way of ways) await way[Symbol.asyncDispose]();
  }
});
