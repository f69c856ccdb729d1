import { assertEquals } from "@std/assert";
import {
  type Code,
  keepClosures,
  type Piece,
  staleClosures,
} from "../../../../adapters/postgres/code/closures.ts";
import type { Sql } from "../../../../adapters/postgres/connect.ts";
import { migrateAll } from "../../../../tasks/database.ts";
import { testDatabase } from "../../../services/postgres.ts";

const code = (asset: string, fingerprint: string, ...closure: Piece[]): Code => ({
  asset,
  code: fingerprint,
  closure: () => closure,
});
const smooth = (hash: string): Piece => ({ id: "lib/stats.ts#smooth", hash });

Deno.test("staleClosures() give what visible results were made of, and nothing else", async () => {
  await using db = await testDatabase();
  await migrateAll(db.sql);
  await keepClosures(db.sql, [code("a", "fp1:1", smooth("x")), code("b", "fp1:9")]);
  await publish(db.sql, "a", "fp1:1");
  const now = [code("a", "fp1:2", smooth("y")), code("b", "fp1:8")];
  await keepClosures(db.sql, now);
  assertEquals(await staleClosures(db.sql, now), new Map([["fp1:1", [smooth("x")]]]));
  assertEquals(await staleClosures(db.sql, [code("a", "fp1:1")]), new Map());
});

Deno.test("keepClosures() writes a state of the code once", async () => {
  await using db = await testDatabase();
  await migrateAll(db.sql);
  await keepClosures(db.sql, [code("a", "fp1:1", smooth("x"))]);
  const again = { ...code("a", "fp1:1"), closure: () => fail() };
  await keepClosures(db.sql, [again]);
  const rows = await db.sql`select asset, code, closure from engine.code_closure`;
  assertEquals([...rows], [{ asset: "a", code: "fp1:1", closure: [smooth("x")] }]);
});

Deno.test("keepClosures() forgets old states of the code that made nothing visible", async () => {
  await using db = await testDatabase();
  await migrateAll(db.sql);
  await keepClosures(db.sql, [code("a", "fp1:1"), code("b", "fp1:1")]);
  await publish(db.sql, "a", "fp1:1");
  await db.sql`update engine.code_closure set seen_at = now() - interval '31 days'`;
  await keepClosures(db.sql, [code("a", "fp1:2"), code("b", "fp1:2")]);
  const rows = await db.sql`select asset, code from engine.code_closure order by asset, code`;
  assertEquals(rows.map((r) => `${r["asset"]} ${r["code"]}`), ["a fp1:1", "a fp1:2", "b fp1:2"]);
});

/** Makes one visible result of an asset. */
async function publish(sql: Sql, asset: string, made: string): Promise<void> {
  await sql`insert into engine.materialization
    (version, asset, partition, run, step, duration_ms, code, config, data_version, inputs, metadata,
      value, published)
    values (1, ${asset}, '', 1, 0, 1, ${made}, '', '', '[]', '{}', '1', true)`;
  await sql`insert into engine.visible values (${asset}, '', 1)`;
}

function fail(): never {
  throw new Error("What is kept already is asked for again");
}
