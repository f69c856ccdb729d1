import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { connect, LimitError, open, withLimit } from "../../../adapters/postgres/connect.ts";
import { ConnectError, explain, withoutPassword } from "../../../adapters/postgres/explain.ts";
import { testDatabase, testServer } from "../../services/postgres.ts";

function changed(url: string, change: (url: URL) => void): string {
  const copy = new URL(url);
  change(copy);
  return copy.href;
}

Deno.test("connect() gives int8 as bigint, and the name to the server", async () => {
  await using db = await testDatabase();
  const sql = connect(db.url, { name: "here" });
  const [row] = await sql<{ big: bigint; name: string }[]>`
    select ${9007199254740993n}::int8 as big, current_setting('application_name') as name`;
  await sql.end();
  assertEquals({ ...row }, { big: 9007199254740993n, name: "here" });
});

Deno.test("connect() prepares nothing with ?prepare=false, for PgBouncer", async () => {
  await using db = await testDatabase();
  for (const [url, prepared] of [[db.url, 1], [`${db.url}?prepare=false`, 0]] as const) {
    const sql = connect(url, { max: 1 });
    await sql`select ${1}::int`;
    const rows = await sql`select from pg_prepared_statements where statement like 'select $1%'`;
    await sql.end();
    assertEquals(rows.length, prepared);
  }
});

Deno.test("connect() refuses an address that is none of PostgreSQL, without showing it", () => {
  for (const [url, found] of [["mysql://u:pw@h/d", '"mysql:"'], ["not an address", "no scheme"]]) {
    const error = assertThrows(() => connect(url ?? ""), TypeError, found);
    assert(!error.message.includes("pw"));
  }
});

Deno.test("open() says what is wrong with the address, never the password", async () => {
  const good = await testServer();
  const table: readonly (readonly [string, string, string])[] = [
    [changed(good, (url) => url.port = "1"), "ECONNREFUSED", "nothing listens on"],
    [changed(good, (url) => url.pathname = "/nuts"), "3D000", 'there is no database "nuts"'],
    [changed(good, (url) => url.password = "s3cret"), "28P01", "wrong password for user"],
    [changed(good, (url) => url.username = "nobody"), "28P01", 'wrong password for user "nobody"'],
  ];
  for (const [url, code, part] of table) {
    const error = await assertRejects(() => open(url), ConnectError, part);
    assertEquals(error.code, code);
    assert(!error.message.includes(new URL(url).password), error.message);
  }
});

Deno.test("open() does not wait for ever for something that is no PostgreSQL", async () => {
  using mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `postgres://u:pw@127.0.0.1:${mute.addr.port}/d`;
  const accepted = mute.accept();
  const error = await assertRejects(() => open(url, { connectSeconds: 1 }), ConnectError);
  assertEquals(error.code, "CONNECT_TIMEOUT");
  (await accepted).close();
});

Deno.test("withLimit() gives up in time, cancels on the server and leaves the pool usable", async () => {
  await using db = await testDatabase();
  const start = performance.now();
  const slow = withLimit(db.sql`select pg_sleep(30)`, 100, "sleep");
  const error = await assertRejects(
    () => slow,
    LimitError,
    "Cannot sleep: no answer within 100 ms",
  );
  assertEquals(error.ms, 100);
  assert(performance.now() - start < 5000);
  const running = () =>
    db.sql`select from pg_stat_activity where query like '%pg_sleep(30)%' and
    state = 'active' and pid <> pg_backend_pid()`;
  for (let i = 0; i < 200 && (await running()).length > 0; i++);
  assertEquals((await running()).length, 0);
  assertEquals(await withLimit(Promise.resolve(1), 100, "count"), 1);
});

Deno.test("explain() hides the password in what the driver says", () => {
  const url = "postgres://me:p%40ss@host:5/db?x=1";
  const error = explain(new Error('odd "p@ss"'), url);
  assertEquals(error.message, 'Cannot connect to "postgres://me@host:5/db": odd "***"');
  assertEquals(withoutPassword(url), "postgres://me@host:5/db");
});

Deno.test("explain() has a sentence for every usual reason", () => {
  for (const [code, part] of [["ENOTFOUND", 'no host "host"'], ["53300", "max_connections"]]) {
    const error = explain(Object.assign(new Error("said"), { code }), "postgres://me@host:5/db");
    assert(error.message.includes(part ?? "?"), error.message);
    assertEquals(error.code, code);
  }
  const both = new AggregateError([Object.assign(new Error("::1"), { code: "ECONNREFUSED" })]);
  assertEquals(explain(both, "postgres://me@host:5/db").code, "ECONNREFUSED");
});
