import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import type { AssetCard, RunView } from "engine";
import type { Sql } from "../../adapters/postgres/connect.ts";
import { redisCache } from "../../adapters/redis/cache.ts";
import { testDatabase } from "../services/postgres.ts";
import { startRedis } from "../services/redis.ts";

const cli = fromFileUrl(new URL("../../cli.ts", import.meta.url));

async function run(url: string, line: string, env: Readonly<Record<string, string>> = {}) {
  const directory = await Deno.makeTempDir();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", cli, ...line.split(" ")],
    env: { DATABASE_URL: url, AURORA_DIRECTORY: directory, NO_COLOR: "1", REDIS_URL: "", ...env },
  }).output();
  await Deno.remove(directory, { recursive: true });
  const [out, err] = [stdout, stderr].map((b) => new TextDecoder().decode(b)) as [string, string];
  return { code, out, err };
}

Deno.test("cli on a real database: list, materialize, test-asset that leaves nothing", async () => {
  await using db = await testDatabase();
  const listed = await run(db.url, "list --json");
  assertEquals(listed.code, 0, listed.err);
  const cards = JSON.parse(listed.out) as AssetCard[];
  assertEquals(cards.find((c) => c.name === "features/activity")?.status, "missing");

  const made = await run(db.url, "materialize features/activity --wait --json");
  assertEquals(made.code, 0, made.err);
  assertEquals((JSON.parse(made.out) as RunView).run.status, "success");
  assertStringIncludes(made.err, "success features/activity");

  const now = new Date().toISOString();
  await db.sql`
    insert into aurora_life.users
      (id, email, subscription_tier, is_active, timezone, created_at, updated_at)
    values (gen_random_uuid(), 'a@example.org', 'pro', true, 'UTC', '2025-01-01', ${now})`;
  await db.sql`
    insert into aurora_life.life_events (id, user_id, event_type, category, title, started_at,
      ended_at, duration_minutes, source, metadata, created_at, updated_at)
    select gen_random_uuid(), id, 'meal', 'nutrition', 'lunch', '2025-02-01 12:00+00',
      '2025-02-01 12:30+00', 30, 'test', '{}', '2025-02-01 13:00+00', '2025-02-01 13:00+00'
    from aurora_life.users`;
  const tried = await run(db.url, "test-asset features/activity --partition 2025-02-01T18 --json");
  assertEquals(tried.code, 0, tried.err);
  assertEquals(JSON.parse(tried.out).metadata.rows, 1, "it computed a row");
  const [left] = await db.sql<{ n: number }[]>`
    select count(*)::int as n from features.user_activity_rows`;
  assertEquals(left!.n, 0, "and removed it again");
});

Deno.test("cli with a DATABASE_URL that leads nowhere says so and fails", async () => {
  const { code, out, err } = await run("postgres://aurora:secret@127.0.0.1:1/aurora", "list");
  assertEquals([code, out], [1, ""]);
  assertStringIncludes(err, "127.0.0.1:1");
  assertEquals(err.includes("secret"), false, "a password is nobody's business");
});

Deno.test("doctor on a real database finds the source tables, and tells of one that is missing", async () => {
  await using db = await testDatabase();
  const sound = await run(db.url, "doctor");
  assertStringIncludes(sound.out, "8 tables as expected");
  assertStringIncludes(sound.out, "written, read and removed in ");
  await db.sql`alter table aurora_life.users drop column timezone cascade`;
  const broken = await run(db.url, "doctor --json");
  assertEquals(broken.code, 1);
  const { findings } = JSON.parse(broken.out) as { findings: { name: string; detail: string }[] };
  const schema = findings.find((f) => f.name === "source schema")!;
  assertStringIncludes(schema.detail, "aurora_life.users.timezone: expected text, found missing");
});

Deno.test("doctor tells an AURORA_OBJECTS that cannot be read, and a store that does not answer", async () => {
  await using db = await testDatabase();
  const detailOf = async (env: Record<string, string>, name: string) => {
    const { code, out } = await run(db.url, "doctor --json", env);
    assertEquals(code, 1);
    const { findings } = JSON.parse(out) as { findings: { name: string; detail: string }[] };
    return findings.find((f) => f.name === name)!.detail;
  };
  const unread = await detailOf({ AURORA_OBJECTS: "azure://models" }, "program");
  assertStringIncludes(unread, '"s3://bucket/prefix" or "gs://bucket/prefix"');
  const noKey = await detailOf({ AURORA_OBJECTS: "s3://models" }, "objects");
  assertStringIncludes(noKey, "AWS_ACCESS_KEY_ID");
  const file = await Deno.makeTempFile();
  const noFolder = await detailOf({ AURORA_OBJECTS: `${file}/objects` }, "objects");
  assertStringIncludes(noFolder, "os error");
  await Deno.remove(file);
});

Deno.test("a REDIS_URL that cannot be read is one sentence at start, without what is in it", async () => {
  await using db = await testDatabase();
  const env = { REDIS_URL: "redis-sentinel://:planted-word@h1,h2" };
  const { code, err } = await run(db.url, "list", env);
  assertEquals(code, 1);
  assertStringIncludes(err, "Cannot read the address of Redis: it does not name the master;");
  assertEquals(err.includes("planted-word"), false);
});

Deno.test("with a Redis that is dead, commands do what does not need it, and doctor tells", async () => {
  await using db = await testDatabase();
  const env = { REDIS_URL: "redis://127.0.0.1:1" };
  assertEquals((await run(db.url, "materialize source/users --wait", env)).code, 0);
  const { findings } = JSON.parse((await run(db.url, "doctor --json", env)).out) as {
    readonly findings: readonly { name: string; ok: boolean; required: boolean; detail: string }[];
  };
  const redis = findings.find((f) => f.name === "redis")!;
  assertEquals([redis.ok, redis.required], [false, false]);
  assertStringIncludes(redis.detail, 'Redis at "127.0.0.1:1" answers "connect ECONNREFUSED');
});

/** A model of mood that is promoted and visible. */
async function keepModel(sql: Sql, version: number, day: string): Promise<void> {
  const manifest = { name: "mood", modelVersion: `mood-${day}` };
  await sql`insert into ml.model_rows
    (version, name, partition, model_version, digest, onnx, manifest, promoted)
    values (${version}, 'mood', ${day}, ${manifest.modelVersion}, 'd', '\\x00', ${
    sql.json(manifest)
  }, true)`;
  await sql`insert into engine.visible values ('models/mood', ${day}, ${version})`;
}

Deno.test("rollback takes a model out of Redis too, and says so when it cannot", async () => {
  await using db = await testDatabase();
  await using redis = await startRedis();
  const env = { REDIS_URL: redis.url };
  await run(db.url, "list"); // makes the tables
  const served = async () => {
    await using cache = redisCache(redis.url);
    const [manifest] = await cache.get(["model:mood"]);
    return manifest && JSON.parse(new TextDecoder().decode(manifest)).modelVersion;
  };
  await keepModel(db.sql, 1, "2025-01-26");
  assertEquals((await run(db.url, "redis:rebuild", env)).code, 0);
  assertEquals(await served(), "mood-2025-01-26");
  assertEquals((await run(db.url, "rollback mood", env)).code, 0);
  assertEquals(await served(), undefined);
  await keepModel(db.sql, 2, "2025-01-27");
  const dead = await run(db.url, "rollback mood", { REDIS_URL: "redis://127.0.0.1:1" });
  assertEquals(dead.code, 1);
  assertStringIncludes(dead.out, "mood-2025-01-27 is withdrawn");
  assertStringIncludes(dead.err, 'there mood-2025-01-27 stays until "redis:rebuild" has run');
});

Deno.test("redis:memory estimates with typical values while nothing is published", async () => {
  await using db = await testDatabase();
  const { code, out, err } = await run(db.url, "redis:memory 1000000 --json");
  assertEquals(code, 0, err);
  const { users, bytes, typical } = JSON.parse(out);
  assertEquals([users, typical], [1_000_000, ["features", "predictions"]]);
  assertEquals(bytes > 2e9 && bytes < 4e9, true, `docs/guide/redis.md says 3.3 GB, not ${bytes}`);
  const told = await run(db.url, "redis:memory 1000");
  assertStringIncludes(told.out, "features of user_sleep");
  assertStringIncludes(told.out, " MB for 1000 users");
  const wrong = await run(db.url, "redis:memory many");
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.err, 'Cannot estimate for "many" users');
});

Deno.test("rollback takes the served model out of service, and refuses what is none", async () => {
  await using db = await testDatabase();
  await run(db.url, "list"); // makes the tables
  await keepModel(db.sql, 1, "2025-01-26");
  await keepModel(db.sql, 2, "2025-01-27");
  const back = await run(db.url, "rollback models/mood --by ana");
  assertEquals(back.code, 0, back.err);
  assertStringIncludes(back.out, "mood-2025-01-27 is withdrawn, mood-2025-01-26 is served again");
  const last = await run(db.url, "rollback mood");
  assertStringIncludes(last.out, "no other version is in service until the next training");
  const none = await run(db.url, "rollback mood");
  assertEquals([none.code, none.err.includes("no promoted version")], [2, true]);
  const unknown = await run(db.url, "rollback weight");
  assertEquals([unknown.code, unknown.err.includes("energy, mood, sleep_quality")], [2, true]);
});
