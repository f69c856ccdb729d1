import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import type { DefinitionsDiff } from "engine";
import { EXIT } from "../../cli/command.ts";
import { planDiff } from "../../cli/commands/plan_diff.ts";
import { RevisionError } from "../../cli/revision.ts";
import { fakeIo } from "./fake.ts";

const ROOT = new URL("../../", import.meta.url);

async function git(cwd: string, ...args: string[]): Promise<void> {
  const who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
  const command = new Deno.Command("git", { args: [...who, ...args], cwd, stderr: "piped" });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(`git ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

const PROJECT = (o: { days: number; helper?: string; more?: string }) => `
import { asset, define, job } from "engine";
import { twice } from "./helper.ts";
const clicks = asset({ name: "clicks", config: { days: ${o.days} }, materialize: () => 1 });
const total = asset({ name: "total", deps: { clicks }, materialize: ({ clicks }) => twice(clicks) });
const report = asset({ name: "report", deps: { total }, materialize: ({ total }) => total });
const nightly = job({ name: "nightly", cron: "0 2 * * *", assets: [report] });
${o.more ?? "const extra = {};"}
export const project = define({ clicks, total, report, nightly }, extra);
console.log("loading talks");
`;
const helper = (n: number) =>
  `// Comments do not count: ${n}
export const twice = (x: number): number => x * ${n};
`;

/** A repository with two assets, committed once. */
async function repository(below = ""): Promise<AsyncDisposable & { readonly root: string }> {
  const top = await Deno.makeTempDir();
  const root = join(top, below);
  await Deno.mkdir(root, { recursive: true });
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT))) as {
    imports: { [name: string]: string };
  };
  const absolute = Object.fromEntries(
    Object.entries(imports).map(([k, v]) => [k, v.startsWith(".") ? new URL(v, ROOT).href : v]),
  );
  await Deno.writeTextFile(join(root, "deno.json"), JSON.stringify({ imports: absolute }));
  await Deno.writeTextFile(join(root, "project.ts"), PROJECT({ days: 7 }));
  await Deno.writeTextFile(join(root, "helper.ts"), helper(2));
  await git(top, "init", "--quiet", "--initial-branch=main");
  await git(top, "add", ".");
  await git(top, "commit", "--quiet", "-m", "first");
  return { root, [Symbol.asyncDispose]: () => Deno.remove(top, { recursive: true }) };
}

async function diff(root: string, revision: string, json = false) {
  const io = fakeIo();
  const called = { words: [], text: () => undefined, on: (o: string) => json && o === "json" };
  assertEquals(await planDiff({ called, io }, root, revision), EXIT.ok);
  return io.lines.out.join("\n");
}

async function refused(root: string, revision: string): Promise<string> {
  try {
    await diff(root, revision);
  } catch (error) {
    if (error instanceof RevisionError) return error.message;
    throw error;
  }
  throw new Error("It was not refused");
}

Deno.test("plan --diff says that nothing changed, also where comments did", async () => {
  await using r = await repository();
  assertEquals(await diff(r.root, "HEAD"), "The definitions are those of HEAD");
  const text = await Deno.readTextFile(join(r.root, "helper.ts"));
  await Deno.writeTextFile(join(r.root, "helper.ts"), `// another comment\n${text}`);
  assertEquals(await diff(r.root, "main"), "The definitions are those of main");
});

Deno.test("plan --diff tells what changed and what becomes stale, in a folder below too", async () => {
  await using r = await repository("pipelines/aurora");
  const more = `const extra = { fresh: asset({ name: "fresh", materialize: () => 1 }) };`;
  await Deno.writeTextFile(join(r.root, "project.ts"), PROJECT({ days: 8, more }));
  await Deno.writeTextFile(join(r.root, "helper.ts"), helper(3));
  assertEquals(
    await diff(r.root, "HEAD"),
    `Against HEAD: 1 added, 2 changed; 3 assets become stale

**Added**

- fresh

**Changed**

- clicks: config.days went from 7 to 8
- total: \`twice\` (helper.ts) changed

**Becomes stale**

- clicks
- total
- report: "total" above it is`,
  );
  const found = JSON.parse(await diff(r.root, "HEAD", true)) as DefinitionsDiff;
  assertEquals(found.stale.map((s) => s.asset), ["clicks", "total", "report"]);
});

Deno.test("plan --diff leaves files and index of the repository as they are", async () => {
  await using r = await repository();
  await Deno.writeTextFile(join(r.root, "helper.ts"), helper(3));
  await diff(r.root, "HEAD");
  assertEquals(await Deno.readTextFile(join(r.root, "helper.ts")), helper(3));
  const status = new Deno.Command("git", { args: ["status", "--porcelain"], cwd: r.root });
  assertEquals(new TextDecoder().decode((await status.output()).stdout), " M helper.ts\n");
});

Deno.test("plan --diff refuses what git does not know, and where there is no repository", async () => {
  await using r = await repository();
  assertEquals(
    await refused(r.root, "nowhere"),
    'Cannot compare with "nowhere": git knows no such branch, tag or commit here',
  );
  assertStringIncludes(await refused(r.root, "--all"), "git knows no such branch");
  const folder = await Deno.makeTempDir();
  assertStringIncludes(await refused(folder, "HEAD"), "not a git repository");
  await Deno.remove(folder);
});

Deno.test("plan --diff says which definitions do not load, and why", async () => {
  await using r = await repository();
  await Deno.writeTextFile(join(r.root, "project.ts"), "export const project = oops;");
  const here = await refused(r.root, "HEAD");
  assertStringIncludes(here, "Cannot compare with the files here: its definitions do not load");
  assertStringIncludes(here, "oops is not defined");
  await git(r.root, "commit", "--quiet", "-am", "broken");
  await Deno.writeTextFile(join(r.root, "project.ts"), PROJECT({ days: 7 }));
  const there = await refused(r.root, "HEAD");
  assertStringIncludes(there, 'Cannot compare with "HEAD": its definitions do not load');
  assertStringIncludes(there, "project.ts:1");
  assertEquals(there.includes(fromFileUrl(ROOT)), false);
});
