/** The arrows between the rooms of the house; the table is in `tests/layers.ts`. @module */
import { assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { importsOf, MAY, roomOf, violations } from "./layers.ts";

const ROOT = fromFileUrl(new URL("../", import.meta.url));
const { imports } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json"))) as {
  readonly imports: Readonly<Record<string, string>>;
};

/** What the table says of one line in one file. */
function judged(path: string, text: string): number {
  return violations(path, text, imports).length;
}

Deno.test("rooms import only what the table allows", async () => {
  const wrong: string[] = [];
  for await (const path of codeBelow("")) {
    wrong.push(...violations(path, await Deno.readTextFile(join(ROOT, path)), imports));
  }
  assertEquals(wrong, []);
});

Deno.test("Deno.dlopen is called in ml/native only", async () => {
  const wrong: string[] = [];
  for await (const path of codeBelow("")) {
    if (path.startsWith("ml/native/") || path.startsWith("tests/")) continue;
    if ((await Deno.readTextFile(join(ROOT, path))).includes("dlopen")) wrong.push(path);
  }
  assertEquals(wrong, []);
});

Deno.test("violations() refuses the arrows that point up", () => {
  assertEquals(judged("engine/declare/a.ts", `import { b } from "../graph/b.ts";`), 1);
  assertEquals(judged("engine/graph/b.ts", `import { a } from "../declare/a.ts";`), 0);
  assertEquals(judged("engine/ledger/a.ts", `export * from "../decide/b.ts";`), 1);
  assertEquals(judged("engine/feature/a.ts", `import type { B } from "../declare/b.ts";`), 1);
  assertEquals(judged("ml/a.ts", `import { asset } from "engine";`), 1);
  assertEquals(judged("api/a.ts", `import { users } from "../assets/source.ts";`), 1);
});

Deno.test("violations() refuses a sibling adapter, and one beside resources.ts", () => {
  assertEquals(judged("adapters/redis/a.ts", `import { b } from "../postgres/b.ts";`), 1);
  assertEquals(judged("adapters/redis/a.ts", `import { b } from "./codec/b.ts";`), 0);
  assertEquals(judged("assets/source.ts", `import { b } from "../adapters/redis/b.ts";`), 1);
  assertEquals(judged("assets/resources.ts", `import { b } from "../adapters/redis/b.ts";`), 0);
});

Deno.test("violations() refuses to enter the engine and ml beside their doors", () => {
  assertEquals(judged("adapters/redis/a.ts", `import { a } from "../../engine/run/a.ts";`), 1);
  assertEquals(judged("cli/a.ts", `import { a } from "../engine/run/a.ts";`), 1);
  assertEquals(judged("assets/a.ts", `import { train } from "../ml/train/train.ts";`), 1);
  assertEquals(judged("assets/a.ts", `import { train } from "../ml/mod.ts";`), 0);
});

Deno.test("violations() lets the user interface have types of the api only", () => {
  assertEquals(judged("ui/a.ts", `import type { AppType } from "../api/mod.ts";`), 0);
  assertEquals(judged("ui/a.ts", `import { type AppType } from "../api/mod.ts";`), 0);
  assertEquals(judged("ui/a.ts", `import { createApi } from "../api/mod.ts";`), 1);
  assertEquals(judged("ui/a.ts", `import type { Asset } from "engine";`), 1);
});

Deno.test("violations() knows the packages of the engine", () => {
  assertEquals(judged("engine/run/a.ts", `import { Cron } from "croner";`), 0);
  assertEquals(judged("engine/decide/a.ts", `import { Cron } from "croner";`), 1);
  assertEquals(judged("engine/run/a.ts", `import postgres from "postgres";`), 1);
});

Deno.test("importsOf() sees dynamic imports, import types, workers and doc examples", () => {
  const text = `
/**
 * @example Two
 * \`\`\`ts
 * import { a } from "./example.ts";
 * \`\`\`
 */
import "./effect.ts";
type A = import("./type.ts").A;
const b = async () => await import("./dynamic.ts");
const c = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
const d = (name: string) => import(name);
const e = 'import { x } from "./a_string.ts"'; // import "./a_comment.ts"
`;
  const found = importsOf("engine/a.ts", text).map((one) => `${one.line} ${one.specifier}`);
  assertEquals(found, [
    "8 ./effect.ts",
    "9 ./type.ts",
    "10 ./dynamic.ts",
    "11 ./worker.ts",
    "12 computed: name",
    "5 ./example.ts",
  ]);
});

Deno.test("roomOf() gives every adapter and every root file its room", () => {
  assertEquals(roomOf("adapters/postgres/ledger/claim.ts"), "adapters/postgres");
  assertEquals(roomOf("engine/run/service/seen.ts"), "engine/run");
  assertEquals(roomOf("assets/resources.ts"), "assets/resources.ts");
  assertEquals(roomOf("server.ts"), ".");
  assertEquals(roomOf("somewhere/new.ts"), "");
  assertEquals(Object.keys(MAY).filter((room) => room !== "adapters" && roomOf(room) !== room), []);
});

/** Every file of code of the project, by its path from the root. */
async function* codeBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(join(ROOT, folder))) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (name.startsWith(".") || name === "node_modules") continue;
    if (isDirectory) yield* codeBelow(path);
    else if (/\.tsx?$/.test(name) && !name.endsWith(".d.ts")) yield path;
  }
}
