/** Backups of an external database: what they share, refuse and leave out. @module */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { artefacts } from "engine";
import { join } from "@std/path";
import { fileObjects } from "../../../adapters/objects/file.ts";
import type { Sql } from "../../../adapters/postgres/connect.ts";
import { seed } from "../../../assets/demo/seed.ts";
import { ensureMonths } from "../../../adapters/postgres/keep/months.ts";
import { migrate, readMigrations } from "../../../adapters/postgres/migrate.ts";
import { discardOld } from "../../../tasks/backup/discard.ts";
import { giveBack } from "../../../tasks/backup/give_back.ts";
import { BackupError, finished, readManifest } from "../../../tasks/backup/manifest.ts";
import { NOT_HERE, settingsIn } from "../../../tasks/backup/settings.ts";
import { takeBackup } from "../../../tasks/backup/take.ts";
import { migrateAll, SETS } from "../../../tasks/database.ts";
import { testDatabase } from "../../services/postgres.ts";

/** A migrated database that refers to artefacts, and stores for them and for backups. */
async function place() {
  const db = await testDatabase();
  const folder = await Deno.makeTempDir({ prefix: "aurora-backup-test-" });
  const own = fileObjects(join(folder, "objects"));
  const to = fileObjects(join(folder, "backups"));
  return {
    ...db,
    own,
    to,
    folder,
    /** Makes a version whose value is this artefact. */
    async make(text: string) {
      const { digest } = await artefacts(own).put(new TextEncoder().encode(text));
      await db.sql`
        insert into engine.outbox (topic, key, event_id, schema_version, run, payload)
        values ('t', 'k', gen_random_uuid(), 1, 'r', ${JSON.stringify({ digest })}::text::jsonb)`;
      return digest;
    },
    take: () => takeBackup({ sql: db.sql, from: own, to, version: "0.1.0", settings: {} }),
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
      await db[Symbol.asyncDispose]();
    },
  };
}

const events = async (sql: Sql) =>
  (await sql<
    { row: string }[]
  >`select concat_ws(' ', id, event_id, payload, created_at) as row from engine.outbox order by id`)
    .map((o) => o.row);

Deno.test("takeBackup() copies only artefacts that are referred to and not there yet", async () => {
  await using p = await place();
  await migrateAll(p.sql);
  await p.make("one");
  await artefacts(p.own).put(new TextEncoder().encode("nobody refers to it"));
  const first = await p.take();
  assertEquals([first.manifest.objects.count, first.copied.count], [1, 1]);
  await p.make("two");
  const second = await p.take();
  assertEquals([second.manifest.objects.count, second.copied], [2, { count: 1, bytes: 3 }]);
  assertEquals(await finished(p.to), [second.manifest.id, first.manifest.id]);
});

Deno.test("discardOld() keeps the newest backups whole", async () => {
  await using p = await place();
  await migrateAll(p.sql);
  await p.make("one");
  await p.take();
  await p.sql`delete from engine.outbox`;
  await p.make("two");
  const { manifest } = await p.take();
  assertEquals(await discardOld(p.to, 1), { backups: 1, objects: 1 });
  assertEquals(await finished(p.to), [manifest.id]);
  await using target = await place();
  const { copied } = await giveBack({ sql: target.sql, from: p.to, to: target.own, manifest });
  assertEquals(copied.count, 1);
  assertEquals(await events(target.sql), await events(p.sql));
});

Deno.test("a database that waits for its upgrade is backed up, restored as it was and migrated then", async () => {
  await using p = await place();
  for (const [set, folder] of SETS) {
    const all = await readMigrations(folder);
    if (set !== "access") await migrate(p.sql, set, set === "engine" ? all.slice(0, 11) : all);
  }
  await ensureMonths(p.sql);
  await p.make("one");
  const { manifest } = await p.take();
  await using target = await place();
  await giveBack({ sql: target.sql, from: p.to, to: target.own, manifest });
  assertEquals(await events(target.sql), await events(p.sql));
  const [{ id }] = await target.sql<[{ id: number }]>`
    select max(id) as id from engine.migration where set = 'engine'`;
  assert(id > 11);
});

Deno.test("giveBack() refuses what it could not restore right, and changes nothing", async () => {
  await using p = await place();
  await migrateAll(p.sql);
  const digest = await p.make("one");
  const { manifest } = await p.take();
  const into = (sql: Sql, to = p.own, m = manifest) =>
    giveBack({ sql, from: p.to, to, manifest: m });
  await assertRejects(() => into(p.sql), BackupError, '"engine.outbox" has rows');
  await assertRejects(() => into(p.sql, p.to), BackupError, "the backup is there");

  await using target = await place();
  const added = { set: "engine", id: 999, name: "0999_later.sql", checksum: "x" };
  const newer = { ...manifest, migrations: [...manifest.migrations, added] };
  await assertRejects(() => into(target.sql, target.own, newer), BackupError, "0999_later.sql");
  const artefact = join(p.to.place, digest.slice(0, 2), digest);
  await Deno.chmod(artefact, 0o600);
  await Deno.writeTextFile(artefact, "two");
  await assertRejects(() => into(target.sql, target.own), Error, "SHA-256");
  const [schema] = await target.sql`select to_regnamespace('engine') as name`;
  assertEquals(schema?.["name"], null);

  const key = `backups/${manifest.id}/manifest.json`;
  await p.to.put(key, new TextEncoder().encode(JSON.stringify({ ...manifest, keys: ["x"] })));
  await assertRejects(() => readManifest(p.to, manifest.id), BackupError, "was changed");
});

Deno.test("a database with nothing but what a start puts there may be restored into, twice if cut", async () => {
  await using p = await place();
  await migrateAll(p.sql);
  await p.make("one");
  const { manifest } = await p.take();
  await using target = await place();
  await migrateAll(target.sql);
  const key = manifest.database.key;
  const cut = { ...p.to, get: (k: string) => k === key ? cutOff(p.to.get(k)) : p.to.get(k) };
  const o = { sql: target.sql, to: target.own, manifest };
  await assertRejects(() => giveBack({ ...o, from: cut }), TypeError);
  assertEquals(await events(target.sql), []);
  await giveBack({ ...o, from: p.to });
  assertEquals(await events(target.sql), await events(p.sql));
});

/** Its first hundred bytes. */
async function cutOff(stream: Promise<ReadableStream<Uint8Array>>) {
  const bytes = new Uint8Array(await new Response(await stream as BodyInit).arrayBuffer());
  return new Blob([bytes.slice(0, 100)]).stream() as ReadableStream<Uint8Array>;
}

Deno.test("takeBackup() leaves the tables of the application to the application", async () => {
  await using p = await place();
  await p.sql.unsafe(
    "create schema aurora_life; create table aurora_life.users (id uuid, more text)",
  );
  await p.sql`create table public.theirs (id int)`;
  await migrateAll(p.sql);
  const { manifest } = await p.take();
  assertEquals(manifest.left, ["aurora_life (1 tables)", "public (1 tables)"]);
  assert(!manifest.schemas.includes("aurora_life"));
  await using ours = await place();
  await migrateAll(ours.sql);
  assertEquals((await ours.take()).manifest.left, []);
});

Deno.test("a demo is restored with its population, and is not seeded again", async () => {
  await using p = await place();
  await migrateAll(p.sql);
  const options = { users: 5, days: 3, faults: false, seed: 1, end: new Date("2025-02-01") };
  const { events } = await seed(p.sql, options);
  const { manifest } = await p.take();
  assertEquals(manifest.left, []);
  await using target = await place();
  await giveBack({ sql: target.sql, from: p.to, to: target.own, manifest });
  const again = await seed(target.sql, options);
  assertEquals([again.written, again.events], [false, events]);
});

Deno.test("giveBack() says which table no migration makes", async () => {
  await using p = await place();
  await migrateAll(p.sql);
  await p.sql`create table features.mine (id int)`;
  const { manifest } = await p.take();
  await using target = await place();
  const o = { sql: target.sql, from: p.to, to: target.own, manifest };
  await assertRejects(() => giveBack(o), BackupError, 'no migration makes "features.mine"');
  await target.sql`create table features.mine (id int)`;
  await giveBack(o);
});

Deno.test("takeBackup() of an empty database is refused, and leaves no backup", async () => {
  await using p = await place();
  await assertRejects(() => p.take(), BackupError, "no program has used this database");
  assertEquals(await finished(p.to), []);
});

Deno.test("two backups of a database at once: one is refused", async () => {
  await using p = await place();
  await migrateAll(p.sql);
  const o = { sql: p.sql, from: p.own, to: p.to, version: "0.1.0", settings: {} };
  const both = await Promise.allSettled([takeBackup(o), takeBackup(o)]);
  const refused = both.filter((r) => r.status === "rejected");
  assertEquals(refused.length, 1);
  assertStringIncludes(String(refused[0]!.reason), "another backup of this database");
});

Deno.test("settingsIn() names what is set and tells no secret", () => {
  assertEquals(
    settingsIn({
      AURORA_KEYS: "k",
      AURORA_SLOTS: "8",
      AURORA_KAFKA: "",
      DATABASE_URL: "postgres://me:hidden@db:5432/aurora",
      AURORA_CONN_DW: "postgres://x:y@z/w",
      KAFKA_SASL_PASSWORD: "hidden",
      HOME: "/root",
    }),
    {
      AURORA_CONN_DW: NOT_HERE,
      AURORA_KEYS: NOT_HERE,
      AURORA_SLOTS: "8",
      DATABASE_URL: "postgres://***@db:5432/aurora",
      KAFKA_SASL_PASSWORD: NOT_HERE,
    },
  );
});
