import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { connect } from "../../../adapters/postgres/connect.ts";
import {
  applied,
  migrate,
  type Migration,
  MigrationError,
  readMigrations,
} from "../../../adapters/postgres/migrate.ts";
import { testDatabase } from "../../services/postgres.ts";

const FRUIT: Migration = { id: 1, name: "0001_fruit.sql", text: "create table fruit (name text);" };
const PEAR: Migration = {
  id: 2,
  name: "0002_pear.sql",
  text: "insert into fruit values ('pear');\ninsert into fruit values ('plum');",
};

Deno.test("migrate() applies what is missing, once", async () => {
  await using db = await testDatabase();
  assertEquals(await migrate(db.sql, "test", [FRUIT]), [FRUIT]);
  assertEquals(await migrate(db.sql, "test", [FRUIT, PEAR]), [PEAR]);
  assertEquals(await migrate(db.sql, "test", [FRUIT, PEAR]), []);
  assertEquals((await db.sql`select from fruit`).length, 2);
  assertEquals((await applied(db.sql, "test")).map((each) => each.name), [FRUIT.name, PEAR.name]);
});

Deno.test("migrate() keeps sets apart", async () => {
  await using db = await testDatabase();
  await migrate(db.sql, "one", [FRUIT]);
  const other = { id: 1, name: "0001_other.sql", text: "create table other ()" };
  assertEquals(await migrate(db.sql, "two", [other]), [other]);
  assertEquals((await applied(db.sql)).map((each) => each.set), ["one", "two"]);
});

Deno.test("migrate() lets programs that start at once wait for each other", async () => {
  await using db = await testDatabase();
  const slow = { ...FRUIT, text: `select pg_sleep(0.1); ${FRUIT.text}` };
  const pools = [1, 2, 3, 4].map(() => connect(db.url));
  const done = await Promise.all(pools.map((sql) => migrate(sql, "test", [slow, PEAR])));
  await Promise.all(pools.map((sql) => sql.end()));
  assertEquals(done.flat().length, 2);
  assertEquals((await db.sql`select from fruit`).length, 2);
});

Deno.test("migrate() refuses a database of a newer program", async () => {
  await using db = await testDatabase();
  await migrate(db.sql, "test", [FRUIT, PEAR]);
  const error = await assertRejects(() => migrate(db.sql, "test", [FRUIT]), MigrationError);
  assertEquals(error.kind, "newer");
  assertStringIncludes(error.message, 'set "test" has 2, this one knows 1');
});

Deno.test("migrate() refuses a file that was changed after it ran", async () => {
  await using db = await testDatabase();
  await migrate(db.sql, "test", [FRUIT]);
  const changed = { ...FRUIT, text: "create table fruit (name text, colour text);" };
  const error = await assertRejects(() => migrate(db.sql, "test", [changed]), MigrationError);
  assertEquals(error.kind, "changed");
});

Deno.test("migrate() leaves nothing of a file that fails, and names its line", async () => {
  await using db = await testDatabase();
  const bad = { ...PEAR, text: "insert into fruit values ('pear');\ninsert into nuts values (1);" };
  const error = await assertRejects(() => migrate(db.sql, "test", [FRUIT, bad]), MigrationError);
  assertStringIncludes(
    error.message,
    'Cannot apply migration "0002_pear.sql" of set "test": relation "nuts" does not exist in line 2',
  );
  assertEquals((await db.sql`select from fruit`).length, 0);
  assertEquals((await migrate(db.sql, "test", [FRUIT, PEAR])).length, 1);
});

Deno.test("readMigrations() reads in order and refuses gaps and odd names", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "0002_b.sql"), "select 2");
    await Deno.writeTextFile(join(folder, "README.md"), "");
    await assertRejects(() => readMigrations(folder), TypeError, '"0002_b.sql" found');
    await Deno.writeTextFile(join(folder, "0001_a.sql"), "select 1");
    assertEquals((await readMigrations(folder)).map((each) => each.id), [1, 2]);
    await Deno.writeTextFile(join(folder, "3-c.sql"), "select 3");
    await assertRejects(() => readMigrations(folder), TypeError, 'where "0003_….sql" is due');
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("migrate() lets a lock go that it does not get at once, says who has it, and comes again", async () => {
  await using db = await testDatabase();
  await migrate(db.sql, "test", [FRUIT]);
  const holder = connect(db.url, { name: "somebody's report", max: 1 });
  const goOn = Promise.withResolvers<void>();
  const isHeld = Promise.withResolvers<void>();
  const holding = holder.begin(async (tx) => {
    await tx`select count(*) from fruit`;
    isHeld.resolve();
    await goOn.promise;
  });
  await isHeld.promise;
  const said: string[] = [];
  const colour = { ...PEAR, text: "alter table fruit add column colour text" };
  const migrating = migrate(db.sql, "test", [FRUIT, colour], {
    lockMs: 60,
    onWait: (sentence) => said.push(sentence),
  });
  // Whoever reads and writes goes on meanwhile; without the limit it would wait behind the migration.
  let longest = 0;
  while (said.length < 3) {
    const began = performance.now();
    await db.sql`insert into fruit (name) values ('plum')`;
    longest = Math.max(longest, performance.now() - began);
  }
  goOn.resolve();
  await holding;
  assertEquals((await migrating).map((m) => m.name), [colour.name]);
  await holder.end();
  assertStringIncludes(
    said[0]!,
    'Cannot apply migration "0002_pear.sql" of set "test" yet: "somebody\'s report"',
  );
  assertStringIncludes(said[0]!, "idle in transaction, with: select count(*) from fruit");
  assert(longest < 5_000, `an insert waited ${longest} ms`);
});

Deno.test("migrate() gives up when its patience ends, changes nothing and says who is to end", async () => {
  await using db = await testDatabase();
  await migrate(db.sql, "test", [FRUIT]);
  const holder = connect(db.url, { name: "a forgotten psql", max: 1 });
  const goOn = Promise.withResolvers<void>();
  const isHeld = Promise.withResolvers<void>();
  const holding = holder.begin(async (tx) => {
    await tx`lock table fruit`;
    isHeld.resolve();
    await goOn.promise;
  });
  await isHeld.promise;
  const colour = { ...PEAR, text: "alter table fruit add column colour text" };
  const error = await assertRejects(
    () => migrate(db.sql, "test", [FRUIT, colour], { lockMs: 50, patienceMs: 300 }),
    MigrationError,
  );
  assertEquals(error.kind, "blocked");
  assertStringIncludes(error.message, '"a forgotten psql"');
  assertEquals((await applied(db.sql, "test")).length, 1);
  goOn.resolve();
  await holding;
  await holder.end();
});

Deno.test("migrate() makes an index while others write, also over what is left of an interrupted one", async () => {
  await using db = await testDatabase();
  await migrate(db.sql, "test", [FRUIT]);
  // Interrupted: two equal names, so that the unique index is left behind half made.
  await db.sql`insert into fruit select 'n' || (n % 100) from generate_series(1, 20000) n`;
  await db.sql`create unique index concurrently fruit_name on fruit (name)`.catch(() => {});
  const index = {
    ...PEAR,
    text:
      "-- concurrently\n-- A search by name.\ncreate index concurrently if not exists fruit_name\n" +
      "  on fruit (name);\nanalyze fruit;\n",
  };
  let isOver = false;
  let written = 0;
  const writing = (async () => {
    while (!isOver) written += (await db.sql`insert into fruit values ('plum')`).count;
  })();
  // Two programs that start at once: one of them does it, neither waits for ever.
  const pools = [connect(db.url), connect(db.url)];
  const done = await Promise.all(pools.map((sql) => migrate(sql, "test", [FRUIT, index])));
  isOver = true;
  await writing;
  await Promise.all(pools.map((sql) => sql.end()));
  assertEquals(done.flat().length, 1);
  assert(written > 0);
  const [row] = await db.sql`
    select indisvalid as valid, indisunique as "isUnique" from pg_index where indexrelid = 'fruit_name'::regclass`;
  assertEquals([row?.["valid"], row?.["isUnique"]], [true, false]);
});
