import { assertEquals, assertRejects } from "@std/assert";
import { sweep } from "../../../adapters/postgres/ledger/sweep.ts";
import { connect } from "../../../adapters/postgres/connect.ts";
import { plan, result, step } from "../../../engine/ledger/contract/subject.ts";
import { testLedger } from "../../services/ledger.ts";

const submission = plan([step("a")]);

Deno.test("sweep() removes rows of versions that nobody sees, and only those", async () => {
  await using made = await testLedger();
  const { ledger } = made;
  const sql = connect(made.url, { max: 2 });
  try {
    await sql`create schema out`;
    await sql`create table out.t_rows (version bigint, x int)`;
    const worker = await ledger.join({ host: "h", pid: 1, queues: ["default"], slots: 1 });
    const ask = { worker, queues: ["default"], room: 1 };
    const versions: bigint[] = [];
    for (let i = 0; i < 3; i++) {
      await ledger.submit(submission);
      const [claimed] = await ledger.claim(ask);
      versions.push(claimed!.version);
      await sql`insert into out.t_rows values (${claimed!.version}, ${i}), (${
        claimed!.version
      }, ${i})`;
      if (i === 2) break; // still running
      const { run, step, attempt } = claimed!;
      await ledger.finish([{ run, step, attempt, state: "success", result: result() }], {
        ...ask,
        room: 0,
      });
    }
    assertEquals(await sweep(sql, { tables: ["out.t"], keepMs: 60_000 }), [{
      table: "out.t",
      rows: 0,
    }]);
    assertEquals(await sweep(sql, { tables: ["out.t"], keepMs: 0 }), [{ table: "out.t", rows: 2 }]);
    const left = await sql<
      { version: bigint }[]
    >`select distinct version from out.t_rows order by 1`;
    assertEquals(left.map((r) => r.version), versions.slice(1));
    await assertRejects(
      () => sweep(sql, { tables: ["x; drop"], keepMs: 0 }),
      RangeError,
      "is not like",
    );
  } finally {
    await sql.end();
  }
});
