import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect, type Sql } from "../../../adapters/postgres/connect.ts";
import { startEmbedded } from "../../../adapters/postgres/embedded/start.ts";
import { ConnectError } from "../../../adapters/postgres/explain.ts";
import { type Listen, notifications } from "../../../adapters/postgres/listen.ts";
import { DIRECTORY, testDatabase } from "../../services/postgres.ts";

/** Collects what arrives. */
function recorder(): Listen & { readonly heard: string[]; connects: number } {
  const record = {
    channels: ["steps", "Runs"],
    heard: [] as string[],
    connects: 0,
    handle: (channel: string, payload: string) => void record.heard.push(`${channel}:${payload}`),
    catchUp: () => void record.connects++,
    heartbeatMs: 200,
  };
  return record;
}

async function until(holds: () => boolean, ms = 8000): Promise<void> {
  for (const end = performance.now() + ms; !holds(); await new Promise((d) => setTimeout(d, 10))) {
    assert(performance.now() < end, `did not happen within ${ms} ms: ${holds}`);
  }
}

async function hangUp(sql: Sql): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'aurora listen' and datname = current_database()`;
}

Deno.test("notifications() hears several channels, names as written", async () => {
  await using db = await testDatabase();
  const record = recorder();
  await using _listening = await notifications(db.url, record);
  await db.sql`select pg_notify('steps', '1'), pg_notify('Runs', '2'), pg_notify('other', '3')`;
  await until(() => record.heard.length === 2);
  assertEquals(record.heard, ["steps:1", "Runs:2"]);
  assertEquals(record.connects, 1);
});

Deno.test("notifications() listens again after the connection was cut, and says so", async () => {
  await using db = await testDatabase();
  const record = recorder();
  await using _listening = await notifications(db.url, record);
  for (const round of [2, 3]) {
    await hangUp(db.sql);
    await until(() => record.connects === round);
    await db.sql.notify("steps", String(round));
    await until(() => record.heard.at(-1) === `steps:${round}`);
  }
});

Deno.test("notifications() ends with its signal and leaves no connection", async () => {
  await using db = await testDatabase();
  const abort = new AbortController();
  const listening = await notifications(db.url, { ...recorder(), signal: abort.signal });
  abort.abort();
  await listening[Symbol.asyncDispose]();
  const left = () =>
    db.sql`select from pg_stat_activity
      where application_name = 'aurora listen' and datname = current_database()`;
  for (let i = 0; i < 100 && (await left()).length > 0; i++);
  assertEquals((await left()).length, 0);
});

Deno.test("notifications() survives a restart of the server", async () => {
  const directory = await Deno.makeTempDir();
  const options = { directory, runtimes: `${DIRECTORY}/runtime` };
  const record = recorder();
  await Deno.chmod(directory, 0o755);
  const before = await startEmbedded(options);
  try {
    await using _listening = await notifications(before.url, record);
    await before.stop();
    await new Promise((done) => setTimeout(done, 300));
    await using after = await startEmbedded({ ...options, port: before.port });
    await until(() => record.connects === 2);
    const sql = connect(after.url);
    await sql.notify("steps", "again");
    await until(() => record.heard.length === 1);
    await sql.end();
  } finally {
    await before.stop();
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("notifications() says what is wrong with the address at the first attempt", async () => {
  const nowhere = "postgres://aurora:secret@127.0.0.1:1/aurora";
  const error = await assertRejects(() => notifications(nowhere, recorder()), ConnectError);
  assertEquals(error.code, "ECONNREFUSED");
});
