import { assert, assertEquals } from "@std/assert";
import { connect } from "../../adapters/postgres/connect.ts";
import { startEmbedded } from "../../adapters/postgres/embedded/start.ts";
import type { About } from "../../engine/mod.ts";
import { awayFromBoundary, demo, demoDatabase, digests, folder, rowCounts } from "./demo.ts";
import { run, serve } from "./program.ts";

Deno.test("the demo on a PostgreSQL of somebody else gives the same as on any other", async () => {
  await awayFromBoundary(60_000);
  await using theirs = await folder();
  await using ours = await folder();
  const server = await startEmbedded({ directory: theirs.path });
  const sql = connect(server.url, { name: "test", max: 2 });
  try {
    const env = { ...ours.env, DATABASE_URL: server.url };
    await demo(env);
    const first = [await digests(sql), await rowCounts(sql)];
    await using other = await demoDatabase();
    assertEquals(first, [await digests(other.sql), await rowCounts(other.sql)]);

    await demo(env);
    assertEquals([await digests(sql), await rowCounts(sql)], first, "no duplicate the second time");

    const listed = await run(["cli.ts", "list", "--json"], { env });
    assertEquals(listed.code, 0, listed.err);
    const assets = JSON.parse(listed.out) as { name: string; status: string }[];
    assert(assets.some((a) => a.name === "models/energy" && a.status === "fresh"), listed.out);
    {
      await using serving = await serve({ env, words: ["--no-schedules"] });
      const { adapters } = await serving.ask<About>("/api/v1/about");
      assertEquals(adapters.postgres, "external");
      serving.signal("SIGTERM");
      assertEquals((await serving.ended).code, 0);
    }
    assertEquals((await sql`select 1 as alive`)[0]?.["alive"], 1, "it is not ours to end");
    const made = [...Deno.readDirSync(ours.path)].map((e) => e.name);
    assert(!made.includes("postgres"), made.join());
  } finally {
    await sql.end({ timeout: 5 });
    await server.stop();
  }
});
