import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { run } from "../e2e/program.ts";
import { testDatabase } from "../services/postgres.ts";

Deno.test("db:check and db:clean say what is, in their words and by their exit code", async () => {
  await using db = await testDatabase();
  const env = { DATABASE_URL: db.url };
  const good = await run(["tasks/db_check.ts"], { env });
  assertEquals([good.code, good.err], [0, ""], good.out);
  assert(good.out.split("\n").filter(Boolean).every((line) => line.startsWith("ok ")), good.out);
  await db.sql`insert into engine.visible values ('x', '', 7)`;
  const bad = await run(["tasks/db_check.ts", "--json"], { env });
  assertEquals(bad.code, 1, bad.err);
  const said = JSON.parse(bad.out);
  assertEquals(said.checked.flatMap((c: { violations: string[] }) => c.violations), [
    '"x" shows version 7, which has no materialization',
  ]);
  const unknown = await run(["tasks/db_check.ts", "--fix"], { env });
  assertEquals(unknown.code, 2);
  assertStringIncludes(unknown.err, "Usage: deno task db:check");

  await db.sql`select engine.ensure_months('2020-01-15')`;
  await db
    .sql`insert into engine.log (at, run, level, message) values ('2020-01-15', 1, 'info', 'old')`;
  const dry = await run(["tasks/db_clean.ts", "--dry-run"], { env });
  assertEquals(dry.code, 0, dry.err);
  const row = /^logs +1 .*2020-01-15 +2020-01-15$/m;
  assert(row.test(dry.out) && dry.out.includes("Nothing was removed"), dry.out);
  assert(row.test((await run(["tasks/db_clean.ts"], { env })).out));
  const left = await db.sql`select 1 from engine.log`;
  assertEquals(left.length, 0);
  const wrong = await run(["tasks/db_clean.ts"], { env: { ...env, AURORA_KEEP_LOGS: "long" } });
  assertEquals(wrong.code, 1);
  assertStringIncludes(wrong.err, 'Cannot read AURORA_KEEP_LOGS: "long" is not like "30d"');
});
