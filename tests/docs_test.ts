/** The documents speak of what exists. @module */
import { assertEquals } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import { project } from "../project.ts";

const ROOT = fromFileUrl(new URL("../", import.meta.url));

/** Every document, by its path from the root. */
const documents = async () =>
  await Promise.all(
    ["README.md", "CHANGELOG.md", ...below("docs", /\.md$/)].map(async (path) => ({
      path,
      text: await Deno.readTextFile(join(ROOT, path)),
    })),
  );

function below(folder: string, name: RegExp): string[] {
  return [...Deno.readDirSync(join(ROOT, folder))].flatMap((entry) => {
    const path = folder === "." ? entry.name : join(folder, entry.name);
    if (entry.name.startsWith(".")) return [];
    if (entry.isDirectory) return below(path, name);
    return name.test(path) ? [path] : [];
  });
}

Deno.test("documents name tasks that exist", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json"))) as {
    readonly tasks: Readonly<Record<string, string>>;
  };
  const unknown = (await documents()).flatMap(({ path, text }) =>
    [...text.matchAll(/\b(?:deno(?:@[\d.]+)? task|`task) ([a-z][\w:-]*)/g)]
      .map(([, task]) => task!)
      .filter((task) => !(task in tasks))
      .map((task) => `${path}: ${task}`)
  );
  assertEquals(unknown, []);
});

Deno.test("documents link to what exists", async () => {
  const broken = (await documents()).flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)]
      .map(([, target]) => target!)
      .filter((target) => !exists(join(ROOT, dirname(path), target)))
      .map((target) => `${path}: ${target}`)
  );
  assertEquals(broken, []);
});

Deno.test("the guide names every variable of the environment that the program reads", async () => {
  const guide = await Deno.readTextFile(join(ROOT, "docs/guide/configuration.md"));
  const programs = below(".", /\.ts$/).filter((path) => !/^(tests|bench|tasks)\//.test(path));
  const texts = await Promise.all(programs.map((path) => Deno.readTextFile(join(ROOT, path))));
  const read = texts.flatMap((text) =>
    [...text.matchAll(/"((?:AURORA_|DATABASE_|REDIS_|KAFKA_)[A-Z_]+)"/g)].map(([, name]) => name!)
  );
  assertEquals([...new Set(read)].filter((name) => !guide.includes(`\`${name}\``)), []);
});

Deno.test("the guide tells the crons and the assets of the jobs as they are declared", async () => {
  const guide = await Deno.readTextFile(join(ROOT, "docs/guide/pipelines.md"));
  const rows = guide.split("\n").filter((line) => line.startsWith("| `"));
  const wrong = project.jobs.filter(({ name, cron, assets }) => {
    const row = rows.find((line) => line.startsWith(`| \`${name}\``)) ?? "";
    const said = assets.every((asset) =>
      row.includes(asset.name.split("/")[1]!) || row.includes(`${asset.group}/*`)
    );
    return !row.includes(`\`${cron}\``) || !said;
  });
  assertEquals(wrong.map(({ name }) => name), []);
});

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
