import { assertEquals } from "@std/assert";
import { asset, define, lender, work } from "engine";
import { connect } from "../../../adapters/postgres/connect.ts";
import { until } from "../../e2e/program.ts";
import { testLedger } from "../../services/ledger.ts";

Deno.test("work() that was given up and joins again leaves no connection behind", async () => {
  await using made = await testLedger();
  const { ledger } = made;
  const sql = connect(made.url, { max: 1 });
  const stop = new AbortController();
  const joined: string[] = [];
  const working = work({
    definitions: define({ a: asset({ name: "a", materialize: () => 1 }) }),
    ledger,
    lender: lender(() => ""),
    hello: { host: "h", pid: 1, queues: ["default"], slots: 1 },
    signal: stop.signal,
    heartbeatMs: 20,
    onJoined: (worker) => joined.push(worker),
  });
  const lives = async () =>
    Number(
      (await sql`select count(*) as n from pg_stat_activity
      where datname = current_database() and application_name = 'aurora worker'`)[0]!["n"],
    );
  for (let n = 1; n <= 4; n++) {
    await until(() => joined.length === n, { what: `the worker to join ${n} times` });
    await ledger.bury(joined.at(-1)!, "no heartbeat");
  }
  await until(() => joined.length === 5, { what: "the worker to join again" });
  await until(async () => await lives() === 1, { what: "one connection" });
  stop.abort();
  await working;
  await until(async () => await lives() === 0, { what: "no connection" });
  assertEquals((await ledger.workers()).length, 0);
  await sql.end({ timeout: 1 });
});
