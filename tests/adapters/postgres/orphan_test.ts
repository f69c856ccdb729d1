import { assertEquals } from "@std/assert";
import { connect } from "../../../adapters/postgres/connect.ts";
import { plan, step, worker } from "../../../engine/ledger/contract/subject.ts";
import { testLedger } from "../../services/ledger.ts";

Deno.test("reap() queues again what a worker got in the moment in which it was given up", async () => {
  await using db = await testLedger();
  const { ledger } = db;
  const hand = await worker(ledger);
  const { run } = await ledger.submit(plan([step("a")]));
  await hand.one();
  const sql = connect(db.url, { name: "test", max: 1 });
  // As if the claim had committed after the burial, which looked for what the worker holds before.
  await sql`update engine.worker set gone_at = now() where id = ${hand.id}::bigint`;
  await ledger.reap(60_000);
  assertEquals((await ledger.run(run))?.steps[0]?.state, "queued");
  assertEquals((await (await worker(ledger)).one()).attempt, 2);
  await sql.end({ timeout: 1 });
});
