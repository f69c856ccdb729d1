/** What a server does for its database and its store of objects without being asked. @module */
import { assertEquals } from "@std/assert";
import { define } from "engine";
import { connect } from "../adapters/postgres/connect.ts";
import { keepHouse } from "../housekeeping.ts";
import { until } from "./adapters/process/crew.ts";
import { store } from "./artefact_store.ts";
import { testLedger } from "./services/ledger.ts";

/** A ledger and a store with "used", which it refers to, and "garbage". */
async function house() {
  const ledger = await testLedger();
  const sql = connect(ledger.url, { max: 4 });
  const kept = await store("used", "garbage");
  await sql`
    insert into engine.materialization (version, asset, partition, run, step, duration_ms, code, config,
      data_version, inputs, metadata, value, published)
    values (1, 'a', '', 1, 1, 1, 'c', 'c', 'd', '[]', '{}', ${
    sql.json({ digest: kept.digests["used"]! })
  }, false)`;
  return {
    sql,
    kept,
    /** What a server says, until something is so; a look that is under way then ends first. */
    async look(
      isSo: (said: readonly string[]) => boolean | Promise<boolean>,
      env: { readonly [name: string]: string } = {},
    ) {
      const set: { readonly [name: string]: string } = { AURORA_OBJECTS: kept.path, ...env };
      const stop = new AbortController();
      const said: string[] = [];
      const app = { sql, definitions: define({}), env: (name: string) => set[name] ?? "" };
      const keeping = keepHouse(app, {
        signal: stop.signal,
        print: (line) => void said.push(line),
        onTrouble: (error) => void said.push(String(error)),
      });
      await until(() => isSo(said), "housekeeping");
      stop.abort();
      await keeping;
      return said;
    },
    /** Whether servers agreed so often who does something. */
    turns: async (of: "clean" | "objects", least: number) => {
      const [row] = await sql`
        select revision from engine.cursor where name = ${`housekeeping:${of}`}`;
      return Number(row?.["revision"] ?? 0) >= least;
    },
    aDayLater: () =>
      sql`update engine.cursor set at = at - interval '25 h' where name like 'housekeeping:%'`,
    async [Symbol.asyncDispose]() {
      await kept[Symbol.asyncDispose]();
      await sql.end({ timeout: 1 });
      await ledger[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a server collects artefacts that nothing refers to, a day after it was first there, and says so", async () => {
  await using h = await house();
  assertEquals(await h.look(() => h.turns("objects", 1)), []);
  assertEquals(await h.kept.has("garbage"), true);
  await h.aDayLater();
  assertEquals(await h.look((said) => said.length > 0), [
    "cleaned: 1 artefacts (0.0 MB), 0 rests of writers",
  ]);
  assertEquals([await h.kept.has("used"), await h.kept.has("garbage")], [true, false]);
});

Deno.test("AURORA_KEEP_OBJECTS=never leaves the store alone, without a mark", async () => {
  await using h = await house();
  const never = { AURORA_KEEP_OBJECTS: "never" };
  await h.look(() => h.turns("clean", 1), never);
  await h.aDayLater();
  assertEquals(await h.look(() => h.turns("clean", 2), never), []);
  assertEquals(await h.kept.has("garbage"), true);
  const top = [...Deno.readDirSync(h.kept.path)].map((e) => e.name);
  assertEquals(top.includes("users"), false);
});

Deno.test("a store that cannot be used is told, and the database is cleaned all the same", async () => {
  await using h = await house();
  const file = await Deno.makeTempFile();
  const elsewhere = { AURORA_OBJECTS: `${file}/objects` };
  const said = await h.look((said) => said.length > 0, elsewhere);
  assertEquals(said.length, 1, said.join("\n"));
  const cursors = await h.sql`select name from engine.cursor where name like 'housekeeping:%'`;
  assertEquals(cursors.map((c) => c["name"]), ["housekeeping:clean"]);
  await Deno.remove(file);
});
