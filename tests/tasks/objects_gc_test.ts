import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { artefacts, collectGarbage } from "engine";
import { fileObjects } from "../../adapters/objects/file.ts";
import { referencedDigests } from "../../adapters/postgres/keep/digests.ts";
import { graceOf } from "../../tasks/objects_gc.ts";
import { age, store, text } from "../artefact_store.ts";
import { run } from "../e2e/program.ts";
import { testDatabase } from "../services/postgres.ts";

Deno.test("objects:gc removes what the database does not refer to, after saying what by --dry-run", async () => {
  await using db = await testDatabase();
  await using objects = await store("frame", "model", "manifest", "garbage");
  const env = { DATABASE_URL: db.url, AURORA_OBJECTS: objects.path };
  const of = objects.digests;
  await objects.kept.put(text("young garbage"));
  const none = await run(["tasks/objects_gc.ts"], { env });
  assertEquals(none.code, 1);
  assertStringIncludes(none.err, "refers to none of its 5 artefacts");

  await db.sql`
    insert into engine.materialization (version, asset, partition, run, step, duration_ms, code, config,
      data_version, inputs, metadata, value, published)
    values (1, 'training/engineered', '2025-01-27', 1, 1, 1, 'c', 'c', 'd', '[]', '{}',
      ${db.sql.json({ tables: { energy: of["frame"]! } })}, false)`;
  await db.sql`
    insert into ml.model_rows (version, name, partition, model_version, digest, onnx, manifest, promoted)
    values (1, 'mood', '2025-01-27', 'mood-1', ${of["model"]!}, '\\x00',
      ${db.sql.json({ data: { table: of["manifest"]! } })}, true)`;
  const expected = ["frame", "model", "manifest"].map((w) => of[w]!).sort();
  assertEquals([...await referencedDigests(db.sql)].sort(), expected);

  const dry = await run(["tasks/objects_gc.ts", "--dry-run"], { env });
  assertEquals(dry.code, 0, dry.err);
  assertStringIncludes(dry.out, "5 artefacts: 3 referred to, 1 young, 1 would be removed");
  assertEquals(await objects.has("garbage"), true);
  const done = await run(["tasks/objects_gc.ts", "--json"], { env });
  assertEquals([done.code, JSON.parse(done.out).removed], [0, 1], done.err);
  const left = await Promise.all(["frame", "model", "manifest", "garbage"].map(objects.has));
  assertEquals(left, [true, true, true, false]);
});

Deno.test("an artefact that is kept again beside a collection stays, in a folder", async () => {
  await using objects = await store("used", "again");
  const { digest } = await objects.kept.put(text("again"));
  for (let round = 0; round < 40; round++) {
    await age(objects.path, digest);
    await Promise.all([
      collectGarbage({
        objects: fileObjects(objects.path),
        referenced: () => Promise.resolve(new Set([objects.digests["used"]!])),
        before: new Date(Date.now() - 3_600_000),
        dryRun: false,
      }),
      artefacts(fileObjects(objects.path), { wait: () => new Promise((r) => setTimeout(r, 1)) })
        .put(text("again")),
    ]);
    assertEquals(await objects.has("again"), true, `round ${round}`);
  }
});

Deno.test("graceOf() takes no time that is shorter than a step", () => {
  assertEquals([graceOf("7d"), graceOf("1h")], [604_800_000, 3_600_000]);
  for (const wrong of ["59m", "0d", "soon", "-7d", ""]) {
    assertThrows(() => graceOf(wrong), SyntaxError, "--grace");
  }
});
