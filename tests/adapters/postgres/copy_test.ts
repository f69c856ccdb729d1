import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { copyIn, copyOut, copyRow } from "../../../adapters/postgres/copy.ts";
import { withLimit } from "../../../adapters/postgres/connect.ts";
import { testDatabase } from "../../services/postgres.ts";

Deno.test("copyIn() writes what copyRow() spells, awkward values included", async () => {
  await using db = await testDatabase();
  await db.sql`create table t (id int, text text, json jsonb, bytes bytea, at timestamptz)`;
  const rows = [
    [
      1,
      "tab\tline\nreturn\rback\\slash \\N",
      { a: ["\t", null] },
      new Uint8Array([0, 255]),
      new Date(0),
    ],
    [2, null, null, undefined, null],
    [3, "", '""', new Uint8Array(), null],
  ];
  await copyIn(db.sql, "copy t from stdin", rows.map(copyRow));
  const found = await db.sql`select * from t order by id`;
  assertEquals(found[0]?.["text"], rows[0]?.[1]);
  assertEquals(found[0]?.["json"], rows[0]?.[2]);
  assertEquals([...found[0]?.["bytes"]], [0, 255]);
  assertEquals(found[0]?.["at"], new Date(0));
  assertEquals(found[1]?.["text"], null);
  assertEquals(found[2]?.["text"], "");
});

Deno.test("copyIn() moves many rows with back pressure", async () => {
  await using db = await testDatabase();
  await db.sql`create table t (id int, text text)`;
  function* rows(): Generator<string> {
    for (let id = 0; id < 100_000; id++) yield copyRow([id, "x".repeat(50)]);
  }
  await copyIn(db.sql, "copy t from stdin", rows());
  const [row] = await db.sql`select count(*) from t`;
  assertEquals(row?.["count"], 100_000n);
});

Deno.test("copyIn() reports the row the server refuses, at the end and in the middle", async () => {
  await using db = await testDatabase();
  await db.sql`create table t (id int check (id <> 7))`;
  for (const after of [0, 2000]) {
    const rows = ["1\nseven\n", ...Array.from({ length: after }, () => "8\n".repeat(1000))];
    const refused = withLimit(copyIn(db.sql, "copy t from stdin", rows), 5000, "copy");
    const error = await assertRejects(
      () => refused,
      Error,
      "invalid input syntax for type integer",
    );
    assertStringIncludes((error as { where?: string }).where ?? "", "line 2");
    const [row] = await db.sql`select count(*) from t`;
    assertEquals(row?.["count"], 0n);
  }
  await assertRejects(
    () => copyIn(db.sql, "copy nuts from stdin", []),
    Error,
    '"nuts" does not exist',
  );
});

Deno.test("copyIn() writes nothing if the source of the rows fails", async () => {
  await using db = await testDatabase();
  await db.sql`create table t (id int)`;
  function* rows(): Generator<string> {
    yield "1\n";
    throw new RangeError("out of rows");
  }
  await assertRejects(() => copyIn(db.sql, "copy t from stdin", rows()), RangeError, "out of rows");
  const [row] = await db.sql`select count(*) from t`;
  assertEquals(row?.["count"], 0n);
});

Deno.test("copyIn() in a transaction rolls back with it", async () => {
  await using db = await testDatabase();
  await db.sql`create table t (id int)`;
  await assertRejects(
    () =>
      db.sql.begin(async (tx) => {
        await copyIn(tx, "copy t from stdin", ["1\n"]);
        await copyIn(tx, "copy t from stdin", ["one\n"]);
      }),
    Error,
    "invalid input syntax",
  );
  assertEquals((await db.sql`select from t`).length, 0);
});

Deno.test("copyOut() gives back what copyIn() wrote", async () => {
  await using db = await testDatabase();
  await db.sql`create table t (id int, text text)`;
  const text = copyRow([1, "a\tb"]) + copyRow([2, null]);
  await copyIn(db.sql, "copy t from stdin", [text]);
  const chunks = await Array.fromAsync(
    copyOut(db.sql, "copy (select * from t order by id) to stdout"),
  );
  const bytes = await new Blob(chunks as BlobPart[]).text();
  assertEquals(bytes, text);
});

Deno.test("copyOut() does not stall on a slow reader, and reports what the server refuses", async () => {
  await using db = await testDatabase();
  let bytes = 0;
  const many = "copy (select i, md5(i::text) from generate_series(1, 50000) i) to stdout";
  for await (const chunk of copyOut(db.sql, many)) {
    bytes += chunk.length;
    if (bytes % 64 === 0) await new Promise((done) => setTimeout(done, 1));
  }
  assertEquals(bytes, 1_938_894);
  const late = "copy (select 1 / (5000 - i) from generate_series(1, 9000) i) to stdout";
  await assertRejects(() => Array.fromAsync(copyOut(db.sql, late)), Error, "division by zero");
});

Deno.test("copyOut() leaves a connection that goes on, however many rows came in one packet", async () => {
  await using db = await testDatabase();
  await db.sql.begin(async (tx) => {
    for (let rows = 5; rows < 140; rows += 5) {
      const statement = `copy (select repeat('x', 999) from generate_series(1, ${rows})) to stdout`;
      const read = (async () => {
        const chunks = await Array.fromAsync(copyOut(tx, statement));
        await tx`select 1`;
        return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      })();
      assertEquals(await withLimit(read, 5_000, `read ${rows} rows`), rows * 1_000);
    }
  });
});

Deno.test("copyOut() reads little ahead, and who stops reading leaves a connection that goes on", async () => {
  await using db = await testDatabase();
  const one = await db.sql.reserve();
  try {
    const wide = "copy (select repeat('x', 99999) from generate_series(1, 2000)) to stdout";
    const read = copyOut(one, wide);
    assertEquals((await read.next()).done, false);
    await new Promise((done) => setTimeout(done, 500));
    const [state] = await db.sql`
      select wait_event from pg_stat_activity
      where query like 'copy (select repeat%' and state = 'active'`;
    assertEquals(state?.["wait_event"], "ClientWrite");
    await withLimit(read.return(undefined), 5_000, "stop reading");
    const [row] = await withLimit(one`select 1 as one`, 10_000, "ask again");
    assertEquals(row?.["one"], 1);
  } finally {
    one.release();
  }
});
