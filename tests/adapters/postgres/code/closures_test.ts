import { assertEquals } from "@std/assert";
import {
  type Code,
  keepClosures,
  type Piece,
  staleClosures,
} from "../../../../adapters/postgres/code/closures.ts";
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
  await db.sql`insert into engine.materialization
    (version, asset, partition, run, step, duration_ms, code, config, data_version, inputs, metadata,
      value, published)
    values (1, 'a', '', 1, 0, 1, 'fp1:1', '', '', '[]', '{}', '1', true)`;
  await db.sql`insert into engine.visible values ('a', '', 1)`;
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

function fail(): never {
  throw new Error("What is kept already is asked for again");
}
