/** `connections` and `import:airflow` on a real database. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { golden } from "../adapters/secrets/golden.ts";
import { ledgerDatabase } from "../services/ledger.ts";

const cli = fromFileUrl(new URL("../../cli.ts", import.meta.url));
const newKey = () => crypto.getRandomValues(new Uint8Array(32)).toBase64();
const SECRETS = [
  "planted-add",
  "planted-input",
  "p@ss:w/rd",
  "s3cret only",
  "abc/def+ghi=",
  "x&y=z",
];

/** A folder, a database and keys; the command line in it. */
async function desk() {
  const db = await ledgerDatabase();
  const folder = await Deno.makeTempDir();
  const env: Record<string, string> = {
    DATABASE_URL: db.url,
    AURORA_DIRECTORY: folder,
    AURORA_KEYS: newKey(),
    NO_COLOR: "1",
  };
  const said: string[] = [];
  const run = async (words: readonly string[], input = "") => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", cli, ...words],
      env,
      cwd: folder,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    const [out, err] = [stdout, stderr].map((b) => new TextDecoder().decode(b)) as [string, string];
    said.push(out, err);
    return { code, out, err };
  };
  return {
    env,
    sql: db.sql,
    run,
    file: (name: string) => join(folder, name),
    async [Symbol.asyncDispose]() {
      for (const secret of SECRETS) assert(!said.join().includes(secret), `${secret} was printed`);
      await Deno.remove(folder, { recursive: true });
      await db[Symbol.asyncDispose]();
    },
  };
}

Deno.test("connections: add, list, test, rotate, export, remove, import", async () => {
  await using d = await desk();
  const { env, run, file } = d;
  const added = await run(["connections", "add", "api", "http://me:planted-add@127.0.0.1:1/x"]);
  assertEquals(
    [added.code, added.out],
    [0, 'Connection "api" (http) is kept, encrypted\n'],
    added.err,
  );
  const input = "postgres://him:planted-input@db:5432/life\n";
  assertEquals((await run(["connections", "add", "warehouse"], input)).code, 0);
  const again = await run(["connections", "add", "warehouse"], input);
  assertEquals(again.code, 2);
  assertStringIncludes(again.err, "--replace");

  const listed = await run(["connections"]);
  assertEquals(listed.code, 0, listed.err);
  assertStringIncludes(listed.out, "warehouse  postgres  db");
  const tested = await run(["connections", "test", "api", "--seconds", "3"]);
  assertEquals(tested.code, 1);
  assertStringIncludes(
    tested.out,
    'failed api: "127.0.0.1" is at 127.0.0.1, which is no public address',
  );
  const { test } = JSON.parse((await run(["connections", "list", "--json"])).out)[0];
  assertEquals(test.reached, false);

  env["AURORA_KEYS"] = `${newKey()},${env["AURORA_KEYS"]}`;
  const rotated = await run(["connections", "rotate"]);
  assertStringIncludes(rotated.out, "2 connections encrypted again by key ");
  env["AURORA_KEYS"] = env["AURORA_KEYS"]!.split(",")[0]!;
  const exported = await run(["connections", "export", "out.json"]);
  assertEquals(exported.code, 0, exported.err);
  assertEquals((await Deno.stat(file("out.json"))).mode! & 0o777, 0o600);
  assertEquals((await run(["connections", "export", "out.json"])).code, 2, "it is there");
  const kept = JSON.parse(await Deno.readTextFile(file("out.json")));
  assertEquals(kept.warehouse.password, "planted-input");

  assertEquals((await run(["connections", "remove", "warehouse"])).code, 0);
  const gone = await run(["connections", "remove", "warehouse"]);
  assertEquals(gone.code, 2);
  const imported = await run(["connections", "import", "out.json"]);
  assertEquals(imported.code, 1, "one is there already");
  assertStringIncludes(imported.out, "1 of 2 connections taken");
  // Who tries to take secrets out is written down before, also if the file was there.
  const did = await d.sql<{ line: string }[]>`
    select kind || ' ' || action || ' ' || target as line from access.audit order by id`;
  assertEquals(did.map(({ line }) => line.replace(/rotate [0-9a-f]{12}$/, "rotate KEY")), [
    "cli connections add api",
    "cli connections add warehouse",
    "cli connections rotate KEY",
    "cli connections export out.json",
    "cli connections export out.json",
    "cli connections remove warehouse",
    "cli connections import warehouse",
  ]);
  const [api] = await d.sql`select changed_by from engine.connection where name = 'api'`;
  assert(/ \(cli\)$/.test(api!["changed_by"]), api!["changed_by"]);
  env["AURORA_KEYS"] = newKey();
  const lost = await run(["connections", "rotate"]);
  assertEquals(lost.code, 1);
  assertStringIncludes(lost.err, "put that key behind the others");
});

Deno.test("connections says how it is called", async () => {
  await using d = await desk();
  const strange = await d.run(["connections", "show"]);
  assertEquals(strange.code, 2);
  assertStringIncludes(strange.err, "list, add, test, rotate, export, import, remove");
  const unread = await d.run(["connections", "add", "x", "postgres://u:planted-add#@h"]);
  assertEquals(unread.code, 2);
  assertStringIncludes(unread.err, 'a "#" must be written as "%23"');
  for (const action of ["add", "test", "remove"]) {
    const misplaced = await d.run(["connections", action, "postgres://u:planted-add@h/db"]);
    assertEquals(misplaced.code, 2);
    assertStringIncludes(misplaced.err, "Cannot name a connection by an address");
  }
  d.env["AURORA_KEYS"] = "";
  const keyless = await d.run(["connections", "add", "x", "http://h"]);
  assertStringIncludes(keyless.err, "openssl rand -base64 32");
});

Deno.test("import:airflow takes every format of connections and says what it did", async () => {
  await using d = await desk();
  const formats = [
    ["json", golden.exported.json],
    ["yaml", golden.exported.yaml],
    ["env", golden.exported.env_uri],
    ["env", golden.exported.env_json],
  ] as const;
  for (const [i, [ending, text]] of formats.entries()) {
    await Deno.writeTextFile(d.file(`c${i}.${ending}`), text);
    const { code, out, err } = await d.run(["import:airflow", `c${i}.${ending}`, "--replace"]);
    assertEquals(code, 0, out + err);
    assertStringIncludes(out, "taken  c0 ");
    assertStringIncludes(
      out,
      "kept as google_cloud_platform, encrypted; no driver here, code may read it",
    );
    assertStringIncludes(
      out,
      `${golden.printed.length} of ${golden.printed.length} connections taken`,
    );
    const exported = await d.run(["connections", "export", "out.json", "--replace"]);
    assertEquals(exported.code, 0, exported.err);
    const kept = JSON.parse(await Deno.readTextFile(d.file("out.json")));
    golden.printed.forEach(({ fields }, n) => assertEquals(kept[`c${n}`], fields));
  }
});

Deno.test("import:airflow reads the files that the command line of Airflow writes, all formats alike", async () => {
  await using d = await desk();
  const files = new URL("airflow/", import.meta.url);
  const seen = new Set<string>();
  for (
    const name of [
      "connections.json",
      "connections.yaml",
      "connections.env",
      "connections_json.env",
    ]
  ) {
    const path = fromFileUrl(new URL(name, files));
    const { code, out, err } = await d.run(["import:airflow", path, "--replace"]);
    assertEquals(code, 0, out + err);
    assertStringIncludes(out, "7 of 7 connections taken");
    assertStringIncludes(
      out,
      'gone                  kept as generic, encrypted; "generic" is what Airflow',
    );
    await d.run(["connections", "export", "out.json", "--replace"]);
    seen.add(await Deno.readTextFile(d.file("out.json")));
  }
  assertEquals(seen.size, 1, [...seen].join());
  const { aurora_postgres, api, lake } = JSON.parse([...seen][0]!);
  assertEquals([aurora_postgres.conn_type, aurora_postgres.password], [
    "postgres",
    "p@ss:w/rd one",
  ]);
  assertEquals([api.host, lake.password], ["https://api.example.org/v1", "abc/def+ghi="]);
  const variables = fromFileUrl(new URL("variables.json", files));
  const { code, out } = await d.run(["import:airflow", variables, "--env", "v.env"]);
  assertEquals([code, out.includes("3 of 4 variables taken")], [1, true], out);
  assertStringIncludes(await Deno.readTextFile(d.file("v.env")), "TRAINING_DAYS=90\n");
});

Deno.test("import:airflow says what it could not take, and takes the rest", async () => {
  await using d = await desk();
  const entries = {
    "good": { conn_type: "redis", host: "redis", password: "planted-add" },
    "short": { conn_type: "http", host: "h", password: "abc" },
    "bad name!": { conn_type: "http", host: "h" },
    "role": {
      conn_type: "aws",
      login: "AKIA",
      password: "planted-add",
      extra: '{"role_arn": "r"}',
    },
  };
  await Deno.writeTextFile(d.file("c.json"), JSON.stringify(entries));
  const dry = await d.run(["import:airflow", "c.json", "--dry-run"]);
  assertStringIncludes(dry.out, "would be kept as redis");
  assertEquals((await d.sql`select from engine.connection`).length, 0);
  const { code, out } = await d.run(["import:airflow", "c.json"]);
  assertEquals(code, 1);
  assertStringIncludes(out, "kept as redis, encrypted");
  assertStringIncludes(out, "shorter than four characters");
  assertStringIncludes(out, 'Cannot name a connection "bad name!"');
  assertStringIncludes(out, 'but: Cannot use connection "role" (aws): role_arn is given');
  assertStringIncludes(out, "2 of 4 connections taken");
});

Deno.test("import:airflow writes variables into a file of the environment", async () => {
  await using d = await desk();
  const variables = {
    "training.days": 90,
    "greeting": "it's a day",
    "config": { a: [1, "b"] },
    "described": { value: "with $sign", description: "of it" },
    "training-days": "91",
    "lines": "a\nb",
  };
  await Deno.writeTextFile(d.file("v.json"), JSON.stringify(variables));
  const unnamed = await d.run(["import:airflow", "v.json"]);
  assertEquals(unnamed.code, 1);
  assertStringIncludes(
    unnamed.out,
    "it would be the variable TRAINING_DAYS: name a file by --env FILE",
  );
  const { code, out } = await d.run(["import:airflow", "v.json", "--env", "v.env"]);
  assertEquals(code, 1);
  assertStringIncludes(
    out,
    '"training.days" and "training-days" would both be the variable TRAINING_DAYS',
  );
  assertStringIncludes(out, "its value has several lines");
  assertStringIncludes(out, "4 of 6 variables taken");
  assertEquals((await Deno.stat(d.file("v.env"))).mode! & 0o777, 0o600);
  const read = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `--env-file=${d.file("v.env")}`,
      "console.log(JSON.stringify(Deno.env.toObject()))",
    ],
  }).output();
  const env = JSON.parse(new TextDecoder().decode(read.stdout));
  assertEquals([env.TRAINING_DAYS, env.GREETING, env.CONFIG, env.DESCRIBED], [
    "90",
    "it's a day",
    '{"a":[1,"b"]}',
    "with $sign",
  ]);
});

Deno.test("Airflow's connection of PostgreSQL is enough, for commands and for tasks", async () => {
  await using d = await desk();
  const url = d.env["DATABASE_URL"]!;
  d.env["DATABASE_URL"] = "";
  d.env["AIRFLOW_CONN_AURORA_POSTGRES"] = url.replace("postgres://", "postgresql+psycopg2://");
  d.env["AIRFLOW_CONN_AURORA_REDIS"] = "redis://:planted-add@127.0.0.1:1/0";
  d.env["AIRFLOW_CONN_SPOILT"] = "no address";
  const listed = await d.run(["connections"]);
  assertEquals([listed.code, listed.out.split("\n").at(-2)], [0, "0 connections"], listed.err);
  const { out, err } = await d.run(["doctor", "--json"]);
  const found = new Map<string, { detail: string }>(
    JSON.parse(out).findings.map((f: { name: string }) => [f.name, f]),
  );
  assertStringIncludes(found.get("redis")!.detail, "ECONNREFUSED");
  assertStringIncludes(found.get("source schema")!.detail, "tables as expected");
  assertStringIncludes(err, "(it is in AIRFLOW_CONN_SPOILT)");
});
