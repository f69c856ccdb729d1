/** Looking after connections in a real database. @module */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ConnectionDesk, UnknownName } from "engine";
import { connectionDesk } from "../connection_desk.ts";
import { keysFromEnv } from "../adapters/secrets/keys_from_env.ts";
import type { Sql } from "../adapters/postgres/connect.ts";
import { kept, placesOf } from "../connections.ts";
import { ledgerDatabase } from "./services/ledger.ts";

const newKey = () => crypto.getRandomValues(new Uint8Array(32)).toBase64();
const now = () => new Date("2025-01-28T08:30:00Z");
const by = "ada@example.org";

function deskOf(sql: Sql, values: Record<string, string>): ConnectionDesk {
  const env = (name: string) => values[name] ?? "";
  const [keys, places] = [keysFromEnv(env), placesOf(env, () => sql)];
  return connectionDesk({ sql, env, keys, places, variables: Object.keys(values), now });
}

const warehouse = {
  kind: "postgres",
  host: "db.example.com",
  port: 5433,
  login: "me",
  password: "planted-desk-word",
  schema: "life",
  extra: { sslmode: "require", api_token: "planted-desk-token" },
};

Deno.test("change() keeps what is not given, takes away what is null, and says who did it", async () => {
  await using db = await ledgerDatabase();
  const values = { AURORA_KEYS: newKey() };
  const desk = deskOf(db.sql, values);
  const keys = keysFromEnv((name) => (values as Record<string, string>)[name] ?? "");
  const made = await desk.change("warehouse", warehouse, { replace: false, by });
  assertEquals([made?.host, made?.login, made?.changedBy, made?.from], [
    "db.example.com",
    "me",
    by,
    "database",
  ]);
  assertEquals(await desk.change("warehouse", warehouse, { replace: false, by }), undefined);
  const bob = { replace: true, by: "bob@example.org" };
  const moved = await desk.change("warehouse", { host: "other.example.com" }, bob);
  assertEquals(moved?.changedBy, "bob@example.org");
  const { extra, ...rest } = warehouse;
  assertEquals(await kept({ sql: db.sql, keys }, "warehouse"), {
    ...rest,
    name: "warehouse",
    host: "other.example.com",
    extra,
  });
  await desk.change("warehouse", { password: "planted-desk-new", port: null, extra: null }, bob);
  const now = await kept({ sql: db.sql, keys }, "warehouse");
  assertEquals([now?.password, now?.port, now?.schema, now?.extra], [
    "planted-desk-new",
    null,
    "life",
    {},
  ]);
  assert(!JSON.stringify(await desk.list()).includes("planted"));
});

Deno.test("change() refuses what it cannot read, and never quotes it", async () => {
  await using db = await ledgerDatabase();
  const desk = deskOf(db.sql, { AURORA_KEYS: newKey() });
  const create = { replace: false, by };
  const refused = async (act: Promise<unknown>, words: string) => {
    const error = await assertRejects(() => act, Error, words);
    assert(error instanceof TypeError || error instanceof RangeError, error.name);
    assert(!error.message.includes("planted"), error.message);
  };
  await refused(desk.change("a", { password: "planted-desk-word" }, create), "its kind is missing");
  await refused(desk.change("a", { ...warehouse, kind: "post gres" }, create), "not a word");
  await refused(desk.change("a b", warehouse, create), "Cannot name a connection");
  await refused(desk.change("a", { ...warehouse, password: "abc" }, create), "shorter than four");
  const keyless = deskOf(db.sql, {});
  await refused(keyless.change("a", warehouse, create), "neither AURORA_KEYS nor");
  await assertRejects(() => desk.change("a", {}, { replace: true, by }), UnknownName);
  await assertRejects(() => desk.remove("a"), UnknownName);
  await assertRejects(() => desk.test("a"), UnknownName);
});

Deno.test("list() tells of environment, file and database, and which of them decides", async () => {
  await using db = await ledgerDatabase();
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(
      file,
      JSON.stringify({ warehouse: "postgres://me:planted-desk-word@file/life", broken: "no" }),
    );
    const desk = deskOf(db.sql, {
      AURORA_KEYS: newKey(),
      AURORA_CONNECTIONS_FILE: file,
      AIRFLOW_CONN_MAIL: "smtp://me:planted-desk-word@mail.example.com:587",
    });
    await desk.change("warehouse", warehouse, { replace: false, by });
    await desk.change("mail", { kind: "smtp", host: "kept" }, { replace: false, by });
    await desk.change("only", { kind: "http", host: "kept" }, { replace: false, by });
    const { connections, unlisted } = await desk.list();
    assertEquals(
      connections.map((c) => [c.name, c.from, c.overriddenBy, c.kind, c.host]),
      [
        ["broken", "file", null, null, null],
        ["mail", "environment", null, "smtp", "mail.example.com"],
        ["mail", "database", "environment", "smtp", "kept"],
        ["only", "database", null, "http", "kept"],
        ["warehouse", "file", null, "postgres", "file"],
        ["warehouse", "database", "file", "postgres", "db.example.com"],
      ],
    );
    assertEquals(unlisted, []);
    assert(connections[0]!.problem?.startsWith('Cannot read connection "broken"'));
    assert(!JSON.stringify(connections).includes("planted"));
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("list() counts what each key encrypts, and rotate() leaves nothing to the older ones", async () => {
  await using db = await ledgerDatabase();
  const [older, newer] = [newKey(), newKey()];
  const before = deskOf(db.sql, { AURORA_KEYS: older });
  await before.change("a", warehouse, { replace: false, by });
  await before.change("b", warehouse, { replace: false, by });
  const [only] = (await before.list()).keys;
  assertEquals([only?.known, only?.newest, only?.connections], [true, true, 2]);
  const stranger = await deskOf(db.sql, { AURORA_KEYS: newer }).list();
  assertEquals(stranger.keys.map((k) => [k.known, k.newest, k.connections]), [
    [true, true, 0],
    [false, false, 2],
  ]);
  const lost = await deskOf(db.sql, { AURORA_KEYS: newer }).rotate();
  assertEquals([lost.rotated, lost.problems.length], [0, 2]);
  const both = deskOf(db.sql, { AURORA_KEYS: `${newer},${older}` });
  assertEquals((await both.rotate()).rotated, 2);
  assertEquals((await both.list()).keys.map((k) => k.connections), [2, 0]);
  const keyless = await deskOf(db.sql, {}).list();
  assert(keyless.keysProblem?.includes("neither AURORA_KEYS nor"), `${keyless.keysProblem}`);
});

Deno.test("test() tells in words what it found, and remembers it", async () => {
  await using db = await ledgerDatabase();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(null, { status: 204 }),
  );
  const values = { AURORA_KEYS: newKey() };
  const at = { kind: "http", host: "127.0.0.1", port: server.addr.port };
  const desk = deskOf(db.sql, values);
  await desk.change("inside", at, { replace: false, by });
  const refused = await desk.test("inside");
  assertEquals(refused.reached, false);
  assert(refused.found.includes("no public address"), refused.found);
  const allowed = deskOf(db.sql, { ...values, AURORA_PRIVATE_HOSTS: "127.0.0.1" });
  const reached = await allowed.test("inside");
  assertEquals([reached.reached, reached.found], [true, "HTTP answers with status 204"]);
  assertEquals((await desk.list()).connections[0]?.test, reached);
  const elsewhere = deskOf(db.sql, { ...values, AURORA_CONN_INSIDE: "mysql://elsewhere" });
  assertEquals((await elsewhere.test("inside")).reached, false);
  assertEquals((await desk.list()).connections[0]?.test, reached, "another one was tested");
});
