/** The recipe of docs/guide/backup.md for recovery to a moment, with the real server. @module */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { join } from "@std/path";
import { check } from "../../../adapters/postgres/check/check.ts";
import { connect, type Sql } from "../../../adapters/postgres/connect.ts";
import { startEmbedded } from "../../../adapters/postgres/embedded/start.ts";
import { settleIdentity } from "../../../adapters/postgres/identity.ts";
import { openLedger } from "../../../adapters/postgres/ledger/ledger.ts";
import { done, plan, result, step, worker } from "../../../engine/ledger/contract/subject.ts";
import { migrateAll } from "../../../tasks/database.ts";
import { run, until } from "../../e2e/program.ts";

async function shell(...words: [string, ...string[]]): Promise<void> {
  const [program, ...args] = words;
  const { code, stderr } = await new Deno.Command(program, { args }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
}

/** A folder that the account of PostgreSQL gets to. */
async function folder(path: string): Promise<string> {
  await Deno.mkdir(path, { recursive: true });
  await Deno.chmod(path, 0o777);
  return path;
}

/** Each is a materialization that emits an event; its value is its name. */
async function materialize(url: string, assets: readonly string[]): Promise<void> {
  const ledger = await openLedger(url);
  for (const asset of assets) {
    await ledger.submit(plan([step(asset)]));
    const hand = await worker(ledger);
    const events = [{ topic: "t", key: "k", schemaVersion: 1, payload: { asset } }];
    await hand.finish([done(await hand.one(), result({ value: asset, events }))]);
  }
  await ledger[Symbol.asyncDispose]();
}

const visible = async (sql: Sql) =>
  (await sql<{ asset: string }[]>`select asset from engine.visible order by 1`).map((v) => v.asset);
const identity = async (sql: Sql) => (await sql`select id from engine.identity`)[0]!["id"];
const events = async (sql: Sql) =>
  (await sql<{ id: string }[]>`select event_id::text as id from engine.outbox o order by o.id`)
    .map((e) => e.id);

/** The files of a running server, as `pg_basebackup` would copy them. */
async function copyRunning(sql: Sql, from: string, to: string): Promise<void> {
  const held = await sql.reserve();
  await held`select pg_backup_start('base', true)`;
  await Deno.mkdir(join(to, "postgres"), { recursive: true });
  const data = join(to, "postgres/data");
  await shell("cp", "-a", join(from, "postgres/data"), data);
  const [label] = await held<{ text: string }[]>`
    select labelfile as text from pg_backup_stop(wait_for_archive => false)`;
  held.release();
  await Deno.writeTextFile(join(data, "backup_label"), label!.text);
  await shell("sh", "-c", `rm -rf ${data}/postmaster.* ${data}/pg_wal/*`);
  await Deno.writeTextFile(join(data, "recovery.signal"), "");
  await Deno.chmod(to, 0o755);
  // Of the embedded server: its password.
  await Deno.copyFile(join(from, "postgres.json"), join(to, "postgres.json"));
}

/** Runs a server that archives its log, copies it, and materializes before and behind a moment. */
async function original(
  o: { readonly first: string; readonly second: string; readonly archive: string },
) {
  await using server = await startEmbedded({
    directory: o.first,
    settings: {
      wal_level: "replica",
      archive_mode: "on",
      archive_command: `test ! -f ${o.archive}/%f && cp %p ${o.archive}/%f`,
    },
  });
  const sql = connect(server.url, { name: "test", max: 2 });
  await migrateAll(sql);
  await settleIdentity(sql);
  await copyRunning(sql, o.first, o.second);
  await materialize(server.url, ["before"]);
  const [now] = await sql<{ at: string }[]>`select clock_timestamp()::text as at`;
  await materialize(server.url, ["behind"]);
  assertEquals(await visible(sql), ["before", "behind"]);
  const seen = { moment: now!.at, was: await identity(sql), lost: await events(sql) };
  await sql.end({ timeout: 1 });
  // Its stop archives the last file.
  return seen;
}

Deno.test("recovery to a moment between two materializations shows exactly the first", async () => {
  const here = await folder(await Deno.makeTempDir({ prefix: "aurora-pitr-" }));
  const archive = await folder(join(here, "archive"));
  const first = await folder(join(here, "first"));
  const second = join(here, "second");
  const { moment, was, lost } = await original({ first, second, archive });
  await shell("chown", "-R", "--reference", join(first, "postgres/data"), join(second, "postgres"));
  await using recovered = await startEmbedded({
    directory: second,
    settings: {
      restore_command: `cp ${archive}/%f %p`,
      recovery_target_time: moment,
      recovery_target_action: "promote",
      // At least what the original had is asked for.
      wal_level: "replica",
    },
  });
  const sql = connect(recovered.url, { name: "test", max: 2 });
  await until(async () => (await sql`select not pg_is_in_recovery() as over`)[0]?.["over"], {
    what: "the recovery to end",
  });
  assertEquals(await visible(sql), ["before"]);
  assert(await settleIdentity(sql), "it is on another timeline");
  assert(!await settleIdentity(sql), "once");
  assertNotEquals(await identity(sql), was);
  await materialize(recovered.url, ["other"]);
  const now = await events(sql);
  assertEquals(now.filter((event) => lost.includes(event)), lost.slice(0, 1));
  assertEquals((await check(sql)).flatMap((c) => c.violations), []);
  const checked = await run(["tasks/db_check.ts"], { env: { DATABASE_URL: recovered.url } });
  assertEquals(checked.code, 0, checked.out);
  await sql.end({ timeout: 1 });
  await recovered.stop();
  await Deno.remove(here, { recursive: true });
});
