import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Sql } from "../../../../adapters/postgres/connect.ts";
import { dump } from "../../../../adapters/postgres/dump/dump.ts";
import { restore, RestoreError } from "../../../../adapters/postgres/dump/restore.ts";
import { migrate } from "../../../../adapters/postgres/migrate.ts";
import { testDatabase } from "../../../services/postgres.ts";

const SCHEMA = {
  id: 1,
  name: "0001_all.sql",
  text: `create schema life; create schema "Odd schema";
    create table "Odd schema"."B ""q""" (id int primary key, a int, note text);
    create table life.a_child (
      id bigint generated always as identity primary key,
      parent int not null references "Odd schema"."B ""q""", self bigint references life.a_child,
      double float8, twice float8 generated always as (double * 2) stored,
      text text, json jsonb, bytes bytea, at timestamptz, tags text[], big numeric);
    create table life.reading (day date not null, value float8) partition by range (day);
    create table life.reading_2025 partition of life.reading
      for values from ('2025-01-01') to ('2026-01-01');
    create sequence life.counter;
    create table life.loud (id int);
    create function life.shout() returns trigger language plpgsql as
      $$begin insert into life.heard values (new.id); return new; end$$;
    create table life.heard (id int);
    create trigger shout after insert on life.loud for each row execute function life.shout();`,
};
const SCHEMAS = ["life", "Odd schema"];

async function fill(sql: Sql): Promise<void> {
  await migrate(sql, "test", [SCHEMA]);
  await sql.unsafe(
    `insert into "Odd schema"."B ""q""" values (1, null, E'a\\tb\\nc\\\\N'), (2, 3, '');
    insert into life.a_child (parent, self, double, text, json, bytes, at, tags, big) values
      (1, null, 0.1::float8 + 0.2, null, '{"a": ["\\\\", null]}', '\\x00ff0a', '2025-01-27 12:34:56.789012+02',
        '{a,"b,c",null}', 12345678901234567890.123456789),
      (2, 1, 'NaN', E'\\\\.', 'null', null, 'infinity', '{}', null), (2, 2, '-Infinity', '漢', null, '', null, null, 0);
    delete from life.a_child where id = 3;
    create table life.reading_2026 partition of life.reading
      for values from ('2026-01-01') to ('2027-01-01') partition by list (day);
    create table life.reading_2026_rest partition of life.reading_2026 default;
    insert into life.reading select '2025-12-30'::date + i, i from generate_series(1, 5) i;
    insert into life.loud values (1);
    select nextval('life.counter'), nextval('life.counter');`,
  );
}

async function contents(sql: Sql): Promise<unknown> {
  const rows: unknown[] = [];
  for (
    const table of [
      '"Odd schema"."B ""q"""',
      "life.a_child",
      "life.reading",
      "life.loud",
      "life.heard",
    ]
  ) {
    rows.push(
      await sql.unsafe(`select tableoid::regclass::text, t::text from ${table} t order by 1, 2`),
    );
  }
  return JSON.stringify(rows);
}

function memory(): { readonly sink: WritableStream<Uint8Array<ArrayBuffer>>; blob(): Blob } {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  return {
    sink: new WritableStream({ write: (part) => void parts.push(part) }),
    blob: () => new Blob(parts),
  };
}

Deno.test("dump() and restore() give back every value, awkward ones included", async () => {
  await using from = await testDatabase();
  await using to = await testDatabase();
  await fill(from.sql);
  const file = memory();
  const footer = await dump(from.sql, SCHEMAS, file.sink);
  assertEquals(footer.rows["life.a_child"], 2);
  await migrate(to.sql, "test", [SCHEMA]);
  await restore(to.sql, file.blob().stream());
  assertEquals(await contents(to.sql), await contents(from.sql));
  const next =
    `insert into life.a_child (parent) values (1) returning id, nextval('life.counter') as n`;
  assertEquals({ ...(await to.sql.unsafe(next))[0] }, { id: 4n, n: 3n });
});

Deno.test("dump() shows one moment while others write", async () => {
  await using db = await testDatabase();
  await fill(db.sql);
  let wrote = false;
  const { sink, blob } = memory();
  const writer = sink.getWriter();
  const slow = new WritableStream<Uint8Array<ArrayBuffer>>({
    write: async (part) => {
      await writer.write(part);
    },
  });
  const racing = db.sql.begin(async (tx) => {
    await tx`insert into life.loud values (2)`;
    wrote = true;
  });
  const footer = await dump(db.sql, SCHEMAS, slow);
  await racing;
  // The trigger writes both in one transaction: a dump sees both or neither.
  assertEquals(footer.rows["life.loud"], footer.rows["life.heard"]);
  assertEquals(wrote && blob().size > 0, true);
});

Deno.test("restore() refuses rows, unless it shall replace them", async () => {
  await using from = await testDatabase();
  await fill(from.sql);
  const file = memory();
  await dump(from.sql, SCHEMAS, file.sink);
  const before = await contents(from.sql);
  await assertRejects(() => restore(from.sql, file.blob().stream()), RestoreError, "has rows");
  await from.sql`insert into life.loud values (9)`;
  await restore(from.sql, file.blob().stream(), { replace: true });
  assertEquals(await contents(from.sql), before);
});

Deno.test("restore() refuses a dump of another version", async () => {
  await using from = await testDatabase();
  await using to = await testDatabase();
  await fill(from.sql);
  const file = memory();
  await dump(from.sql, SCHEMAS, file.sink);
  await migrate(to.sql, "test", [SCHEMA, { id: 2, name: "0002_more.sql", text: "select 1" }]);
  const error = await assertRejects(() => restore(to.sql, file.blob().stream()), RestoreError);
  assertStringIncludes(error.message, 'only here: "test/0002_more.sql');
});

Deno.test("restore() leaves nothing of a dump that is cut short or something else", async () => {
  await using from = await testDatabase();
  await using to = await testDatabase();
  await fill(from.sql);
  await from
    .sql`insert into "Odd schema"."B ""q""" select i, i, md5(i::text) from generate_series(10, 20000) i`;
  const file = memory();
  await dump(from.sql, SCHEMAS, file.sink);
  await migrate(to.sql, "test", [SCHEMA]);
  const empty = await contents(to.sql);
  const short = file.blob().slice(0, file.blob().size - 100_000);
  await assertRejects(() => restore(to.sql, short.stream()), Error);
  await assertRejects(() => restore(to.sql, new Blob(["no dump"]).stream()), Error);
  assertEquals(await contents(to.sql), empty);
});
