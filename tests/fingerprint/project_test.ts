/** The fingerprints of this very project: what edits of its own files change. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import {
  changesOf,
  type Fingerprints,
  fingerprints,
  type LockFile,
} from "../../fingerprint/mod.ts";
import { project } from "../../project.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));

function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(join(ROOT, path));
  } catch {
    return undefined; // A folder, or what is installed later.
  }
}

/** Summaries of files that no edit touches, read once. */
const cacheDir = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(cacheDir, { recursive: true }));

const take = (edits: Readonly<Record<string, string>> = {}): Promise<Fingerprints> =>
  fingerprints({
    root: ROOT,
    entries: ["project.ts"],
    cacheDir,
    text: (path) => edits[path] ?? read(path),
  });
const before = await take();

/** The text of a file with one place changed. */
function edited(path: string, from: string, to: string): Readonly<Record<string, string>> {
  const text = read(path)!;
  assertStringIncludes(text, from);
  return { [path]: text.replace(from, () => to) };
}

/** The assets whose code is another one. */
async function changed(edits: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const after = await take(edits);
  assertEquals(after.assets, before.assets);
  return after.assets.filter((name) => after.of(name)!.code !== before.of(name)!.code);
}

Deno.test("fingerprints() find every asset of the project", () => {
  assertEquals(before.assets, project.assets.map((a) => a.name).sort());
});

Deno.test("fingerprints() of the project ignore comments, types and what people are told", async () => {
  const path = "assets/features/activity.ts";
  assertEquals(await changed(edited(path, "/** Thresholds", "/** All thresholds")), []);
  assertEquals(await changed(edited(path, "w: Windows,", "w: Readonly<Windows>,")), []);
  assertEquals(await changed(edited(path, `owners: ["ml-team"]`, `owners: ["another"]`)), []);
  assertEquals(await changed(edited(path, "attempts: 3", "attempts: 4")), []);
  const traits = "assets/daily_traits.ts";
  assertEquals(await changed(edited(traits, `within: "26h"`, `within: "27h"`)), []);
});

Deno.test("fingerprints() of the project see the SQL of one asset in that asset", async () => {
  const edit = edited("assets/features/activity.ts", "count(*) as activity_count_30d", "0 as x");
  assertEquals(await changed(edit), ["features/activity"]);
  const cause = changesOf(
    before.of("features/activity")!.closure(),
    (await take(edit)).of("features/activity")!.closure(),
  );
  assertEquals(cause, "`activityQuery` (assets/features/activity.ts) changed");
});

Deno.test("fingerprints() of the project see a shared helper in all that use it", async () => {
  const edit = edited("assets/inputs/calendar.ts", "24 * HOUR", "25 * HOUR");
  const found = await changed(edit);
  for (const name of ["training/engineered", "predictions/energy", "predictions/mood"]) {
    assert(found.includes(name), `${name} is not in ${found}`);
  }
  assertEquals(found.filter((name) => /^(features|quality|source)\//.test(name)), []);
});

Deno.test("fingerprints() of the project ignore edits of the connection, which has a version", async () => {
  const edit = edited(
    "adapters/postgres/connect.ts",
    "export function connect(",
    "export async function connect(",
  );
  const found = await changed(edit);
  assert(found.includes("features/online"), "the online store is borrowed with its code");
  assertEquals(found.filter((name) => name.startsWith("quality/")), []);
  assert(!found.includes("features/activity"));
});

Deno.test("fingerprints() of the project see a package in those that reach it and nowhere else", async () => {
  const lock = JSON.parse(read("deno.lock")!) as LockFile;
  let seen = 0;
  for (const name of ["ioredis", "onnxruntime-node", "postgres", "playwright-core"]) {
    const key = Object.keys(lock.npm!).find((k) => k.startsWith(`${name}@`))!;
    const npm = { ...lock.npm, [key]: { ...lock.npm![key], integrity: "sha512-another" } };
    const found = await changed({ "deno.lock": JSON.stringify({ ...lock, npm }) });
    const reach = before.assets.filter((asset) =>
      before.of(asset)!.closure().some((r) => r.id.startsWith(`npm:${name}#`))
    );
    assertEquals(found, reach, name);
    seen += found.length;
    if (name === "playwright-core") assertEquals(found, []);
  }
  assert(seen > 0);
});

Deno.test("deno.lock has every package that assets reach", () => {
  const unlocked = before.warnings().filter((w) => w.what.includes("deno.lock"));
  assertEquals(unlocked, [], "Run the program once without --frozen and commit deno.lock");
});
