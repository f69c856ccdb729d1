import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { EmbeddedError } from "../../../../adapters/postgres/embedded/fault.ts";
import { platformOf } from "../../../../adapters/postgres/embedded/platform.ts";
import { stage } from "../../../../adapters/postgres/embedded/stage.ts";

const PLATFORM = platformOf(Deno.build);

Deno.test("stage() gives binaries that run, also when two programs stage at once", async () => {
  const runtimes = await Deno.makeTempDir();
  const [one, two] = await Promise.all([stage(runtimes, PLATFORM), stage(runtimes, PLATFORM)]);
  assertEquals(one, two);
  assertEquals((await Array.fromAsync(Deno.readDir(runtimes))).length, 1);
  const command = new Deno.Command(join(one, "bin/postgres"), { args: ["--version"] });
  const { stdout } = await command.output();
  assertStringIncludes(new TextDecoder().decode(stdout), "(PostgreSQL) 18.");
  await Deno.remove(runtimes, { recursive: true });
});

Deno.test("stage() starts again after a copy that was cut off", async () => {
  const runtimes = await Deno.makeTempDir();
  const runtime = await stage(runtimes, PLATFORM);
  await Deno.remove(join(runtime, ".complete"));
  await Deno.remove(join(runtime, "bin/initdb"));
  assertEquals(await stage(runtimes, PLATFORM), runtime);
  assert((await Deno.stat(join(runtime, "bin/initdb"))).isFile);
  await Deno.remove(runtimes, { recursive: true });
});

Deno.test("stage() without network names the command that helps", async () => {
  const empty = await Deno.makeTempDir();
  const before = new Map(["DENO_DIR", "HTTPS_PROXY"].map((name) => [name, Deno.env.get(name)]));
  Deno.env.set("DENO_DIR", empty);
  Deno.env.set("HTTPS_PROXY", "http://127.0.0.1:1");
  try {
    const error = await assertRejects(() => stage(empty, PLATFORM), EmbeddedError);
    assertEquals(error.kind, "download");
    assertStringIncludes(error.message, 'run "deno task setup" while online');
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    await Deno.remove(empty, { recursive: true });
  }
});
