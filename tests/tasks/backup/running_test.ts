/** A backup that is taken while steps run, given back elsewhere: by the real programs. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import type { Queries, Sql } from "../../../adapters/postgres/connect.ts";
import { checkout } from "../../chaos/checkout.ts";
import { folder } from "../../e2e/demo.ts";
import { type Ended, run, serve, type Serving, until } from "../../e2e/program.ts";

const EMAIL = "ada@example.org";
const PASSWORD = "correct horse battery";

/** What people see, in words that two databases can be compared by. */
async function picture(sql: Sql): Promise<Record<string, readonly string[]>> {
  const tables = [
    "engine.visible",
    "engine.materialization",
    "engine.check_result",
    "engine.connection",
    "engine.run",
    "engine.log",
    'access."user"',
    'access."account"',
    "access.token",
    "access.audit",
  ];
  const rows = await Promise.all(
    tables.map((t) =>
      sql.unsafe<{ row: string }[]>(`select t::text as row from ${t} t order by 1`)
    ),
  );
  return Object.fromEntries(tables.map((t, i) => [t, rows[i]!.map((r) => r.row)]));
}

const states = async (sql: Queries) =>
  Object.fromEntries(
    (await sql<{ asset: string; state: string }[]>`
      select asset, string_agg(state, ' ' order by run) as state from engine.step group by asset`)
      .map((s) => [s.asset, s.state]),
  );

async function succeeded(words: readonly string[], o: Parameters<typeof run>[1]): Promise<Ended> {
  const done = await run(words, o);
  assertEquals(done.code, 0, `${words.join(" ")}: ${done.out}${done.err}`);
  return done;
}

async function makeAccount(server: Serving): Promise<void> {
  const [, token] = await server.said(/\/welcome#([\w-]{43})/);
  await server.ask("/api/v1/access/welcome", {
    token,
    email: EMAIL,
    name: "Ada",
    password: PASSWORD,
  });
}

const signIn = async (server: Serving) => {
  const response = await fetch(`${server.url}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: server.url },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
  });
  await response.body?.cancel();
  return response.status;
};

Deno.test("backup and restore while steps run: what was complete stays, what ran runs again", async () => {
  await using source = await folder();
  await using target = await folder();
  const here = await Deno.makeTempDir({ prefix: "aurora-backup-test-" });
  const root = await checkout(here);
  await Deno.copyFile(
    fromFileUrl(new URL("project.ts", import.meta.url)),
    join(root, "project.ts"),
  );
  // It imports by a path from where it was.
  const text = await Deno.readTextFile(join(root, "project.ts"));
  await Deno.writeTextFile(join(root, "project.ts"), text.replace("../../../", "./"));
  const hold = join(here, "hold");
  await Deno.writeTextFile(hold, "");
  const journal = (name: string) => join(here, `${name}.journal`);
  const env = (of: "source" | "target") => ({
    ...(of === "source" ? source : target).env,
    AURORA_KEYS: new Uint8Array(32).fill(7).toBase64(),
    AURORA_AUTH_SECRET: "a secret of more than 32 characters",
    BACKUP_JOURNAL: journal(of),
    BACKUP_HOLD: hold,
  });
  const at = (of: "source" | "target") => ({ env: env(of), root });
  const backups = join(here, "backups");
  const taken = await (async () => {
    await using server = await serve({ ...at("source"), words: ["--no-schedules"] });
    await makeAccount(server);
    await succeeded(
      ["cli.ts", "connections", "add", "dw", "postgres://me:planted-pw@dw/x"],
      at("source"),
    );
    await succeeded(["cli.ts", "materialize", "kept", "--wait"], at("source"));
    await succeeded(["cli.ts", "materialize", "slow+"], at("source"));
    const shown = await source.look(async (sql) => {
      await until(async () => (await states(sql))["slow"] === "running", { what: "slow to run" });
      const backup = await succeeded(["tasks/backup.ts", "--to", backups, "--json"], at("source"));
      const shown = await picture(sql);
      const { manifest, copied } = JSON.parse(backup.out.trimEnd().split("\n").at(-1)!);
      assertEquals(manifest.objects.count, copied.count);
      assert(!JSON.stringify(manifest).includes("planted-pw"));
      return { shown };
    });
    // What comes after the backup is not in it.
    await succeeded(["cli.ts", "materialize", "kept", "--wait"], at("source"));
    await Deno.remove(hold);
    const events = await source.look(async (sql) => {
      await until(async () => (await states(sql))["after"] === "success", {
        what: "the source to end",
      });
      return await idsOf(sql);
    });
    server.signal("SIGTERM");
    await server.ended;
    return { ...shown, events };
  })();

  // Whoever looks first leaves nothing that is in the way.
  await succeeded(["cli.ts", "list"], at("target"));
  const restored = await succeeded(["tasks/restore.ts", backups], at("target"));
  assertStringIncludes(restored.out, "1 objects copied and verified");
  assertStringIncludes(restored.out, "The database agrees with itself");
  assertStringIncludes(restored.out, "need AURORA_KEYS with key");
  const again = await run(["tasks/restore.ts", backups], at("target"));
  assertEquals([again.code, again.err.includes("is not empty")], [1, true], again.err);
  await target.look(async (sql) => {
    assertEquals(await picture(sql), taken.shown);
    assertEquals(await states(sql), { kept: "success", slow: "queued", after: "waiting" });
  });

  await using server = await serve({ ...at("target"), words: ["--no-schedules"] });
  await target.look(async (sql) => {
    await until(async () => (await states(sql))["after"] === "success", {
      what: "the rest to run",
    });
    const events = await idsOf(sql);
    const common = events.filter((e) => taken.events.includes(e));
    assertEquals(
      [events.length, common.length],
      [2, 1],
      "only the event of the backup is the same",
    );
    const [kept] = await sql<{ value: string }[]>`
      select value #>> '{}' as value from engine.materialization where asset = 'after'`;
    assertStringIncludes(kept!.value, "the bytes of version");
  });
  assertEquals(await Deno.readTextFile(journal("target")), "slow\nafter\n");
  assertEquals(await signIn(server), 200);
  const out = join(here, "connections.json");
  await succeeded(["cli.ts", "connections", "export", out], at("target"));
  assertStringIncludes(await Deno.readTextFile(out), "planted-pw");
  await succeeded(["tasks/db_check.ts"], at("target"));
  await Deno.remove(here, { recursive: true });
});

const idsOf = async (sql: Queries) =>
  (await sql<{ id: string }[]>`select event_id::text as id from engine.outbox o order by o.id`)
    .map((e) => e.id);
