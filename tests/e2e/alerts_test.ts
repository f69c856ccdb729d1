import { assert, assertEquals } from "@std/assert";
import type { AlertView } from "../../engine/mod.ts";
import { awayFromBoundary, type DemoDatabase, demoDatabase } from "./demo.ts";
import { serve, type Serving, until } from "./program.ts";

/** A hook as a chat has it: remembers `open late:features/sleep` in the order in which it was told. */
function hook() {
  const told: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { aurora } = await request.json();
    for (const e of aurora.episodes ?? [aurora]) told.push(`${aurora.phase} ${e.episode}`);
    return new Response("ok");
  });
  return {
    told,
    of: (episode: string) => told.filter((t) => t.endsWith(` ${episode}`)),
    env: {
      AURORA_BASE_URL: "https://aurora.example.com",
      AURORA_WEBHOOK_URL: `http://127.0.0.1:${server.addr.port}/hook`,
      AURORA_PRIVATE_HOSTS: "127.0.0.1",
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Makes all versions of an asset so much older; no fact tells of it, as none tells that time passes. */
async function age(db: DemoDatabase, asset: string, by: string): Promise<void> {
  await db.sql`
    update engine.materialization set at = at - ${by}::interval where asset = ${asset}`;
}

/** Lets all servers look at the same moment, again and again. */
async function looked(db: DemoDatabase): Promise<void> {
  for (let look = 0; look < 8; look++) {
    await db.sql`select pg_notify('aurora', 'fact')`;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

const open = async (server: Serving) =>
  (await server.ask<readonly AlertView[]>("/api/v1/alerts"))
    .filter((a) => a.resolvedAt === null).map((a) => `${a.kind} ${a.asset}`);

Deno.test("two servers tell once of what is late, although nothing runs and one of them is killed", async () => {
  await awayFromBoundary(150_000);
  await using db = await demoDatabase();
  await using chat = hook();
  const env = { ...db.env, ...chat.env };
  // Neither works nor ticks: nothing happens but that time passes.
  const words = ["--no-schedules", "--workers", "0"];
  await using first = await serve({ env, words });
  await using second = await serve({ env, words });
  const before = await open(first);
  await until(() => chat.told.length >= before.length, { what: "what is open to be told" });

  const late = "late:features/sleep";
  await age(db, "features/sleep", "9 hours");
  await until(() => chat.of(late).length > 0, { what: "the late asset to be told of" });
  await looked(db);
  assertEquals(chat.of(late), [`open ${late}`], "once by both");
  assert((await open(second)).includes("late features/sleep"));

  first.signal("SIGKILL");
  await first.ended;
  await using _third = await serve({ env, words });
  await age(db, "features/exercise", "9 hours");
  // A server that died while it looked is waited for a minute.
  const again = "late:features/exercise";
  await until(() => chat.of(again).length > 0, { what: "the next one", timeoutMs: 90_000 });
  await looked(db);
  assertEquals(chat.of(late), [`open ${late}`], "and not again after a restart");
  assertEquals(chat.of(again), [`open ${again}`]);

  await age(db, "features/sleep", "-9 hours");
  await until(() => chat.of(late).length > 1, { what: "the end to be told of" });
  await looked(db);
  assertEquals(chat.of(late), [`open ${late}`, `resolved ${late}`]);
  assertEquals(chat.told.length, new Set(chat.told).size, `each once: ${chat.told.join(", ")}`);
});
