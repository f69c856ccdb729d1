import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { bench } from "../engine/run/service_fixture.ts";
import { call, fakeApp } from "./fake.ts";

/** Calls it with a folder of its own for what is kept. */
async function coded(line: string) {
  const directory = await Deno.makeTempDir();
  Deno.env.set("AURORA_DIRECTORY", directory);
  try {
    return await call(fakeApp(bench()), line);
  } finally {
    Deno.env.delete("AURORA_DIRECTORY");
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("code lists the code of all assets", async () => {
  const { code, out } = await coded("code");
  assertEquals(code, 0);
  const line = out.split("\n").find((l) => l.startsWith("features/activity "));
  assert(/fp1:\S{22} +\d+ pieces$/.test(line!), line);
});

Deno.test("code ASSET names what the fingerprint of it is made of", async () => {
  const { code, out, err } = await coded("code features/activity --strict");
  assertEquals([code, err], [0, ""]);
  assertStringIncludes(out, "declared as assets/features/activity.ts#activity");
  assertStringIncludes(out, "assets/features/activity.ts#activityQuery");
  assertStringIncludes(out, "resource:database");
});

Deno.test("code --strict fails when something is read that cannot be seen, and says where", async () => {
  const { code, err } = await coded("code models/energy --strict");
  assertEquals(code, 1);
  assertStringIncludes(err, "ml/train/train.ts:");
});

Deno.test("code --json gives the same to programs", async () => {
  const { json } = await coded("code features/activity --json");
  const [found] = json<{ asset: string; code: string; closure: { id: string }[] }[]>();
  assertEquals(found!.asset, "features/activity");
  assert(found!.closure.some((c) => c.id === "assets/features/activity.ts#activityQuery"));
});
