/** What edits do to fingerprints, construct by construct. @module */
import { assert, assertEquals } from "@std/assert";
import { base, cases } from "./cases.ts";
import { edited, type Files, taken, wholeOf } from "./given.ts";

for (const { what, changes, before, after, lock, discovered } of cases) {
  Deno.test(`fingerprints() ${changes ? "see" : "ignore"} ${what}`, async () => {
    const known = discovered ? { discovered } : {};
    const first = (await taken(before, known)).of("a")!;
    const second = (await taken(after, { ...known, ...(lock ? { lock } : {}) })).of("a")!;
    const reached = () => JSON.stringify([first.closure(), second.closure()], null, 1);
    assertEquals(wholeOf(first) !== wholeOf(second), changes, reached());
  });
}

Deno.test("fingerprints() tell code, config and deps apart", async () => {
  const before = (await taken(base)).of("a")!;
  const config = (await taken(edited(base, "a.ts", "alpha: 1", "alpha: 2"))).of("a")!;
  assertEquals(config.code, before.code);
  assert(config.parts["config"] !== before.parts["config"]);
  const deps = (await taken(edited(base, "a.ts", "deps: { up }", "deps: { up: f(up) }"))).of("a")!;
  assertEquals(deps.code, before.code);
  assert(deps.parts["deps"] !== before.parts["deps"]);
});

Deno.test("fingerprints() name what they are made of", async () => {
  const print = (await taken(base)).of("a")!;
  assert(/^fp1:[\w-]{22}$/.test(print.code), print.code);
  assertEquals(print.declared, "a.ts#a");
  assertEquals(print.closure().map((r) => r.id), [
    "a.ts#a",
    "a.ts#K",
    "g.ts#g",
    "h.ts#h",
    "npm:stats#mean",
  ]);
  assertEquals(print.closure().at(-1)!.hash.split(" ")[0], "1.2.0");
});

Deno.test("fingerprints() warn of what they cannot see, with its place", async () => {
  const files: Files = {
    "a.ts": `import { asset } from "engine";
export const a = asset({ name: "a", async materialize(n: string) {
  eval("1");
  await import(n);
  Deno.env.get("X");
  await Deno.readTextFile("x");
  return new URL("./gone.sql", import.meta.url);
} });
export const b = asset({ name: "b", materialize: () => 1 });`,
  };
  const all = await taken(files);
  assertEquals(all.of("a")!.warnings().map((w) => `${w.at} ${w.what.split(" ")[0]}`), [
    "a.ts:3 eval",
    "a.ts:4 import()",
    "a.ts:5 Deno.env",
    "a.ts:6 Deno.readTextFile()",
    `gone.sql "gone.sql"`,
  ]);
  assertEquals(all.of("b")!.warnings(), []);
  assertEquals(all.warnings().length, 5);
});

Deno.test("fingerprints() warn of a package that is not locked, where it is used", async () => {
  const found = (await taken(base, { lock: {} })).of("a")!.warnings();
  assertEquals(found, [{
    at: "a.ts",
    what: `"npm:stats@^1" is not in deno.lock: what it is may change unnoticed`,
  }]);
});

Deno.test("fingerprints() know nothing of an asset that no file declares", async () => {
  assertEquals((await taken(base)).of("elsewhere"), undefined);
});
