/** Real code, namely our own: what it is printed as, and what one token more or less does to it. @module */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { summarise } from "../../../fingerprint/print/summarise.ts";
import type { Summary } from "../../../fingerprint/summary.ts";
import { mutationsOf, parses, reprinted, stripped } from "./mutations.ts";

const ROOT = fromFileUrl(new URL("../../../", import.meta.url));
const FOLDERS = ["adapters", "api", "assets", "cli", "engine", "fingerprint", "ml", "ui"];

/** Every n-th file of the project. */
async function sample(every: number): Promise<readonly (readonly [path: string, text: string])[]> {
  const paths: string[] = [];
  const walk = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(join(ROOT, folder))) {
      if (isDirectory) await walk(`${folder}/${name}`);
      else if (/(?<!\.d)\.tsx?$/.test(name)) paths.push(`${folder}/${name}`);
    }
  };
  for (const folder of FOLDERS) await walk(folder);
  const chosen = paths.sort().filter((_, i) => i % every === 0);
  return await Promise.all(
    chosen.map(async (path) => [path, await Deno.readTextFile(join(ROOT, path))] as const),
  );
}

/** What of a summary enters fingerprints. */
const printed = ({ units, exports, stars, bare }: Summary) =>
  JSON.stringify([units.map((u) => [u.names, u.parts, u.writes]), exports, stars, bare]);

/** Numbers that look random and are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let x = seed;
  return (below) => (x = (x * 1103515245 + 12345) & 0x7fffffff) % below;
}

Deno.test("summarise() prints what TypeScript prints without comments as the same", async () => {
  const differ = (await sample(4)).filter(([path, text]) =>
    printed(summarise(path, text)) !== printed(summarise(path, reprinted(path, text)))
  );
  assertEquals(differ.map(([path]) => path), []);
});

Deno.test("summarise() takes away the types that TypeScript takes away", async () => {
  const hashes = (s: Summary) =>
    JSON.stringify(s.units.map((u) => [u.names, u.parts.map((p) => p.hash)]));
  // `constructor(readonly x)` is a field that TypeScript spells out.
  const plain = (await sample(4)).filter(([, text]) =>
    !/constructor\([^)]*\b(private|protected|public|readonly) /.test(text)
  );
  assert(plain.length > 50, `${plain.length} files were compared`);
  const differ = plain.filter(([path, text]) =>
    hashes(summarise(path, text)) !== hashes(summarise(path, stripped(path, text)))
  );
  assertEquals(differ.map(([path]) => path), []);
});

Deno.test("summarise() sees every one-token mutation of real code", async () => {
  const random = numbers(42);
  const missed: string[] = [];
  let tried = 0;
  for (const [path, text] of await sample(6)) {
    const before = printed(summarise(path, text));
    const mutations = [...mutationsOf(path, text)];
    for (let i = 0; i < 10 && mutations.length > 0; i++) {
      const { from, to, text: now } = mutations.splice(random(mutations.length), 1)[0]!;
      const mutated = text.slice(0, from) + now + text.slice(to);
      if (mutated === text || !parses(path, mutated)) continue;
      tried++;
      if (printed(summarise(path, mutated)) === before) {
        missed.push(`${path}:${text.slice(0, from).split("\n").length} to ${now}`);
      }
    }
  }
  assertEquals(missed, []);
  assert(tried > 300, `${tried} mutations were tried`);
});
