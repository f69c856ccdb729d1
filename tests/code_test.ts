/** Fingerprints of a project that runs: assets that only running code can see. @module */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Definitions } from "engine";
import { toFileUrl } from "@std/path";
import { readCode } from "../code.ts";

const PROJECT = `import { define } from "engine";
import * as cities from "./cities.ts";
import * as plain from "./plain.ts";
export const project = define(cities, plain);
`;
const PLAIN = `import { asset } from "engine";
export const plain = asset({ name: "plain", materialize: () => 1 });
`;
const CITIES = `import { forCity } from "./factory.ts";
export const berlin = forCity("berlin");
export const others = Object.fromEntries(["rome", "oslo"].map((city) => [city, forCity(city)]));
`;
const FACTORY = `import { asset } from "engine";
const FACTOR = 2;
export const forCity = (city: string) =>
  asset({ name: \`cities/\${city}\`, config: { city }, materialize: () => city.length * FACTOR });
`;

async function withProject<T>(use: (root: string, definitions: Definitions) => Promise<T>) {
  const root = await Deno.makeTempDir();
  try {
    const files = { PROJECT, PLAIN, CITIES, FACTORY };
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${root}/${name.toLowerCase()}.ts`, text);
    }
    await Deno.writeTextFile(`${root}/deno.json`, `{"imports":{"engine":"./engine/mod.ts"}}`);
    const module = await import(toFileUrl(`${root}/project.ts`).href) as {
      readonly project: Definitions;
    };
    return await use(root, module.project);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("readCode() finds assets of factories and loops by what their modules export", async () => {
  await withProject(async (root, definitions) => {
    const before = await readCode(definitions, `${root}/data`, root);
    assertEquals(before.assets, ["cities/berlin", "cities/oslo", "cities/rome", "plain"]);
    assertEquals(before.of("cities/berlin")!.declared, "cities.ts#berlin");
    const codeOf = async (edit: string) => {
      await Deno.writeTextFile(`${root}/factory.ts`, edit);
      const after = await readCode(definitions, `${root}/data`, root);
      return after.assets.map((name) => after.of(name)!.code);
    };
    const codes = before.assets.map((name) => before.of(name)!.code);
    assertEquals(await codeOf(`// A comment.\n${FACTORY}`), codes);
    const edited = await codeOf(FACTORY.replace("FACTOR = 2", "FACTOR = 3"));
    for (const i of [0, 1, 2]) assertNotEquals(edited[i], codes[i]);
    assertEquals(edited[3], codes[3]);
  });
});

Deno.test("readCode() gives two processes the same, whether they share what was read or not", async () => {
  await withProject(async (root, definitions) => {
    const all = await Promise.all(
      ["one", "one", "two"].map((name) => readCode(definitions, `${root}/${name}`, root)),
    );
    const codes = all.map((found) => found.assets.map((name) => found.of(name)!.code).join());
    assertEquals(new Set(codes).size, 1);
    const kept = [...Deno.readDirSync(`${root}/one/cache/fingerprints`)].map((e) => e.name);
    assertEquals(kept, ["summaries.json"]);
    assert(codes[0]!.startsWith("fp1:"));
  });
});
