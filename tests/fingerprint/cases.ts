/**
 * What an edit does to the fingerprint of the asset `a` in `a.ts`, construct by construct.
 *
 * @module
 */
import type { LockFile } from "../../fingerprint/mod.ts";
import { edited, type Files, type Given, lock } from "./given.ts";

/** One edit. */
export interface Case {
  /** What is edited. */
  readonly what: string;
  /** Whether `a` computes something else afterwards. */
  readonly changes: boolean;
  /** The project. */
  readonly before: Files;
  /** The project after the edit. */
  readonly after: Files;
  /** The lock file afterwards. */
  readonly lock?: LockFile;
  /** Assets that only running code can see. */
  readonly discovered?: NonNullable<Given["discovered"]>;
}

const ENGINE = `import { asset } from "engine";\n`;

/** A project with one of everything ordinary. */
export const base: Files = {
  "a.ts": `${ENGINE}import { up } from "./up.ts";
import { h, unused } from "./h.ts";
import { mean } from "stats";
import type { T } from "other";
const K = 3; const L = 4;
export const a = asset({
  name: "a",
  description: "d", owners: ["x"],
  deps: { up },
  config: { alpha: 1 },
  materialize({ up }: { up: number[] }): number {
    // comment
    const sum = up.reduce((x, y) => x + y, 0);
    if (sum > K) { return h(sum) }
    return mean(up);
  },
});
export const z = 1;`,
  "up.ts": `${ENGINE}export const up = asset({ name: "up", materialize: () => [1, 2] });`,
  "h.ts": `import { g } from "./g.ts";
export const unused = () => 5;
export function h(x: number): number { return g(x) + 1; }`,
  "g.ts": `export const g = (x: number) => x * 2;\nexport const other = 1;`,
};

const stays = (what: string, before: Files, after: Files, more: Partial<Case> = {}): Case => ({
  what,
  changes: false,
  before,
  after,
  ...more,
});
const changes = (what: string, before: Files, after: Files, more: Partial<Case> = {}): Case => ({
  ...stays(what, before, after, more),
  changes: true,
});
const edit = (path: string, from: string | RegExp, to: string, files = base) =>
  edited(files, path, from, to);
const module = (a: string, more: Files = {}): Files => ({ "a.ts": ENGINE + a, ...more });
/** An asset that gives an expression of `x`. */
const giving = (e: string): Files =>
  module(`export const a = asset({ name: "a", materialize: (x: any) => ${e} });`);

const cosmetic: readonly Case[] = [
  stays("a comment", base, edit("a.ts", "// comment", "/* other */")),
  stays(
    "CRLF",
    base,
    Object.fromEntries(Object.entries(base).map(([k, v]) => [k, v.replaceAll("\n", "\r\n")])),
  ),
  stays("a BOM", base, { ...base, "a.ts": `\uFEFF${base["a.ts"]}` }),
  stays("the name of a local", base, edit("a.ts", /\bsum\b/g, "total")),
  stays("names of parameters", base, edit("a.ts", "(x, y) => x + y", "(acc, v) => acc + v")),
  stays("a type", base, edit("a.ts", "}): number {", "}): Promise<number> | number {")),
  stays("as, satisfies, !", base, edit("a.ts", "h(sum)", "h((sum as number)! satisfies number)")),
  stays(
    "what people are told",
    base,
    edit(
      "a.ts",
      `description: "d", owners: ["x"]`,
      `description: "new", tags: { q: "1" }, freshness: f({}), deadline: f({ by: "30 6 * * *" })`,
    ),
  ),
  stays("braces", base, edit("a.ts", "{ return h(sum) }", "return h(sum);")),
  stays("an unused constant", base, edit("a.ts", "L = 4", "L = 5")),
  stays("another export", base, edit("a.ts", "z = 1", "z = 2")),
  stays("an unused helper", base, edit("h.ts", "=> 5", "=> 6")),
  stays("a package for types", base, edit("a.ts", `import type { T } from "other";`, "")),
  stays("code of the upstream", base, edit("up.ts", "[1, 2]", "[3]")),
  stays("the name of a constant", base, edit("a.ts", /\bK\b/g, "LIMIT")),
  stays(
    "the name of a helper",
    base,
    edit(
      "a.ts",
      "{ h,",
      "{ hh,",
      edit("a.ts", "h(sum)", "hh(sum)", edit("h.ts", "function h", "function hh")),
    ),
  ),
  stays("the place of a helper", base, {
    ...edit(
      "h.ts",
      `import { g } from "./g.ts";`,
      `export { g2 } from "./x.ts"; import { g2 as g } from "./x.ts";`,
    ),
    "x.ts": `export const g2 = (x: number) => x * 2;`,
  }),
  stays(
    "the order of declarations",
    base,
    edit("a.ts", "const K = 3; const L = 4;", "const L = 4; const K = 3;"),
  ),
  stays("the spelling of a number", base, edit("a.ts", "K = 3", "K = 0x3")),
  stays("an unused import", base, edit("a.ts", "import type { T }", "import { T }")),
  stays(
    "shorthand",
    module(`const q = 1; export const a = asset({ name: "a", materialize: () => ({ q }) });`),
    module(`const q = 1; export const a = asset({ name: "a", materialize: () => ({ "q": q }) });`),
  ),
  stays(
    "interfaces, overloads, generics",
    module(`function f(x: any) { return x; }
      export const a = asset({ name: "a", materialize: () => f(1) });`),
    module(`interface I { a: 1 }
      function f(x: number): number; function f(x: string): string;
      function f<T extends I>(x: T): T { return x; }
      export const a = asset<"a", I>({ name: "a", materialize: () => f<any>(1) });`),
  ),
];

const meant: readonly Case[] = [
  changes("the body", base, edit("a.ts", "sum > K", "sum >= K")),
  changes("a constant", base, edit("a.ts", "K = 3", "K = 5")),
  changes("config", base, edit("a.ts", "alpha: 1", "alpha: 2")),
  changes("version", base, edit("a.ts", "config:", `version: "2", config:`)),
  changes("a helper", base, edit("h.ts", "+ 1", "+ 2")),
  changes("a helper two files away", base, edit("g.ts", "x * 2", "x * 3")),
  changes("deps", base, edit("a.ts", "deps: { up }", "deps: { up: latest(up) }")),
  changes("the name of the upstream", base, edit("up.ts", `name: "up"`, `name: "up2"`)),
  changes("the version of a package", base, base, {
    lock: {
      specifiers: { ...lock.specifiers, "npm:stats@^1": "1.3.0" },
      npm: { ...lock.npm, "stats@1.3.0": { integrity: "s2" } },
    },
  }),
  changes("a package below a package", base, base, {
    lock: { ...lock, npm: { ...lock.npm, "deep@3.0.0": { integrity: "d2" } } },
  }),
  stays("a package that is not used", base, base, {
    lock: { ...lock, npm: { ...lock.npm, "other@1.0.0": { integrity: "o2" } } },
  }),
  changes("(a?.b).c", giving("x?.b.c"), giving("(x?.b).c")),
  changes("a?.()", giving("x.b()"), giving("x.b?.()")),
  changes(
    "for await",
    giving("async () => { for (const y of x) y(); }"),
    giving("async () => { for await (const y of x) y(); }"),
  ),
  changes(
    "which helper is which",
    module(`const f = () => 1, g = () => 2;
      export const a = asset({ name: "a", materialize: () => f() - g() });`),
    module(`const f = () => 2, g = () => 1;
      export const a = asset({ name: "a", materialize: () => f() - g() });`),
  ),
  changes(
    "which local is which",
    giving("((p: any, q: any) => p - q)(1, 2)"),
    giving("((p: any, q: any) => q - p)(1, 2)"),
  ),
  changes(
    "shadowing",
    module(`const q = 1; export const a = asset({ name: "a", materialize: (q: any) => q });`),
    module(`const q = 1; export const a = asset({ name: "a", materialize: (r: any) => q });`),
  ),
  changes("flags of a pattern", giving("/a/.test(x)"), giving("/a/i.test(x)")),
  changes("text of a template", giving("`a${x}b`"), giving("`a${x} b`")),
  changes("++", giving("x.b++"), giving("x.b--")),
  changes(
    "await using",
    giving("async () => { using q = x; }"),
    giving("async () => { await using q = x; }"),
  ),
  changes(
    "var in a loop",
    giving("{ for (let i = 0; i < 3; i++) x(() => i); }"),
    giving("{ for (var i = 0; i < 3; i++) x(() => i); }"),
  ),
];

/** `h.ts` once with 1 and once with 2 in place of `V`, used by `a`. */
function pair(importing: string, use: string, helper: string, more: Files = {}): [Files, Files] {
  const text = `${ENGINE}import ${importing};
    export const a = asset({ name: "a", materialize: () => ${use} });`;
  const one = (v: string): Files => ({ "a.ts": text, "h.ts": helper.replace("V", v), ...more });
  return [one("1"), one("2")];
}
const h = `{ h } from "./h.ts"`;
const m = `{ m } from "./h.ts"`;
const C = `{ C } from "./h.ts"`;

const modules: readonly Case[] = [
  changes(
    "export *",
    ...pair(`{ h } from "./i.ts"`, "h()", "export const h = () => V;", {
      "i.ts": `export * from "./h.ts";`,
    }),
  ),
  stays(
    "export *, another name",
    ...pair(`{ h } from "./i.ts"`, "h()", "export const h = () => 0; export const k = V;", {
      "i.ts": `export * from "./h.ts";`,
    }),
  ),
  changes(
    "export * as",
    ...pair(`{ ns } from "./i.ts"`, "ns.h()", "export const h = () => V;", {
      "i.ts": `export * as ns from "./h.ts";`,
    }),
  ),
  changes(
    "export under another name",
    ...pair(`{ k } from "./i.ts"`, "k()", "export const h = () => V;", {
      "i.ts": `export { h as k } from "./h.ts";`,
    }),
  ),
  changes("import * as", ...pair(`* as h from "./h.ts"`, "h.k()", "export const k = () => V;")),
  stays(
    "import * as, another name",
    ...pair(`* as h from "./h.ts"`, "h.k()", "export const k = () => 0; export const j = V;"),
  ),
  changes(
    "import * as, computed",
    ...pair(`* as h from "./h.ts"`, "h[name]()", "export const k = () => 0; export const j = V;"),
  ),
  changes(
    "a default function",
    ...pair(`h from "./h.ts"`, "h()", "export default function () { return V; }"),
  ),
  changes(
    "a default function that calls itself",
    ...pair(
      `h from "./h.ts"`,
      "h()",
      "export default function h(x = 0): any { return x ? h(x - 1) : V; }",
    ),
  ),
  changes("a default object", ...pair(`h from "./h.ts"`, "h.x", "export default { x: V };")),
  changes(
    "a dynamic import",
    ...pair(`{} from "./n.ts"`, `(await import("./h.ts")).k`, "export const k = V;", {
      "n.ts": "",
    }),
  ),
  changes(
    "a name of a dynamic import",
    ...pair(
      `{} from "./n.ts"`,
      `{ const { k } = await import("./h.ts"); return k; }`,
      "export const k = V; export const j = 0;",
      { "n.ts": "" },
    ),
  ),
  stays(
    "another name of a dynamic import",
    ...pair(
      `{} from "./n.ts"`,
      `{ const { k } = await import("./h.ts"); return k; }`,
      "export const k = 0; export const j = V;",
      { "n.ts": "" },
    ),
  ),
  changes(
    "a cycle of files",
    ...pair(
      h,
      "h(3)",
      `import { k } from "./k.ts"; export const h = (n: number): number => n ? k(n - 1) : V;`,
      { "k.ts": `import { h } from "./h.ts"; export const k = (n: number): number => h(n);` },
    ),
  ),
  changes(
    "a statement about a binding",
    ...pair(m, "m.get(1)", `export const m = new Map(); m.set(1, V);`),
  ),
  stays(
    "a statement about another binding",
    ...pair(m, "m.get(1)", `export const m = new Map(); const q = new Map(); q.set(1, V);`),
  ),
  changes(
    "a change of a global",
    ...pair(m, "m()", `export const m = () => [].last(); Array.prototype.last = () => V;`),
  ),
  changes(
    "an import for its effect",
    ...pair(`"./h.ts"`, "[].last()", `Array.prototype.last = () => V;`),
  ),
  stays(
    "import.meta.main",
    ...pair(m, "m()", `export const m = () => 1; if (import.meta.main) { console.log(V); }`),
  ),
  changes(
    "who writes a let",
    ...pair(m, "m()", `let c = 0; export const m = () => c; export const set = () => { c = V; };`),
  ),
  changes(
    "a destructured name",
    ...pair(`{ p } from "./h.ts"`, "p", `export const { p, q } = { p: V, q: 0 };`),
  ),
];

const classes: readonly Case[] = [
  changes(
    "a field",
    ...pair(
      C,
      "new C()",
      "class B { y = V } export class C extends B { private z?: number; }",
    ),
  ),
  stays(
    "types of a class",
    pair(C, "new C()", "export class C { x = 1; }")[0],
    pair(
      C,
      "new C()",
      "export class C<T = 1> implements I { declare q: T; public readonly x: number = 1; }",
    )[0],
  ),
  changes(
    "a parameter that is a property",
    pair(C, "new C()", "export class C { constructor(x: 1) {} }")[0],
    pair(C, "new C()", "export class C { constructor(private x: 1) {} }")[0],
  ),
  changes(
    "a decorator",
    ...pair(C, "new C()", "const d = (x: any) => V; export class C { @d m() {} }"),
  ),
  changes("an enum", ...pair(`{ X } from "./h.ts"`, "X.A", "export enum X { B = V, A }")),
  changes(
    "a namespace",
    ...pair(`{ N } from "./h.ts"`, "N.q", "export namespace N { export const q = V; }"),
  ),
];

const json = (text: string): Files => ({
  ...pair(`c from "./c.json" with { type: "json" }`, "c.x", "")[0],
  "c.json": text,
});
const sql = (text: string): Files => ({
  ...pair(`q from "./q.sql" with { type: "text" }`, "q", "")[0],
  "q.sql": text,
});
const worker = (v: number): Files => ({
  "a.ts": `${ENGINE}export const a = asset({ name: "a",
    materialize: () => new Worker(new URL("./w.ts", import.meta.url)) });`,
  "w.ts": `self.onmessage = () => ${v};`,
});
const files: readonly Case[] = [
  changes("JSON", json(`{"x":1}`), json(`{"x":2}`)),
  stays("layout of JSON", json(`{"x":1}`), json(`{\r\n "x": 1 }\n`)),
  changes("SQL", sql("select 1"), sql("select 2")),
  changes("a worker", worker(1), worker(2)),
  ...[
    `fileText("./q.sql")`,
    `Deno.readTextFile(new URL("./q.sql", import.meta.url))`,
    `read(import.meta.resolve("./q.sql"))`,
  ].flatMap((e) => {
    const named = (text: string): Files => ({
      "a.ts": `import { asset, fileText } from "engine";
        export const a = asset({ name: "a", materialize: () => ${e} });`,
      "q.sql": text,
    });
    return [
      changes(`the file of ${e}`, named("select 1"), named("select 2")),
      stays(`line ends in the file of ${e}`, named("a\nb"), named("a\r\nb")),
    ];
  }),
];

const factory = (v: number, plus = ""): Files => ({
  "a.ts": `import { make } from "./f.ts";
    export const a = make({ name: "a", city: "x" }); export const other = ${v};`,
  "f.ts": `${ENGINE}export const make = (o: any) =>
    asset({ ...o, materialize: () => o.city${plus} });`,
});
const discovered = { "a.ts#a": ["a"] };
const shared = (traits: string): Files => ({
  "a.ts": `${ENGINE}import { traits } from "./t.ts";
    export const a = asset({ ...traits, name: "a", materialize: () => 1 });`,
  "t.ts": `export const traits = { ${traits} } as const;`,
});
const borrowed = (options: string): Files => ({
  "a.ts": `import { asset, resource } from "engine";
    const db = resource({ name: "db", ${options} });
    export const a = asset({ name: "a", resources: { db }, materialize: () => 1 });`,
});
const family = (v: number, w: number): Files => ({
  "a.ts": `import { multiAsset } from "engine";
    const f = () => ${v};
    export const made = multiAsset({ name: "m", outputs: ["a", "b"], materialize: () => f() });
    export const other = ${w};`,
});
const declarations: readonly Case[] = [
  stays("a factory's neighbour", factory(1), factory(2), { discovered }),
  changes("a factory", factory(1), factory(1, " + 1"), { discovered }),
  stays("spread traits", shared(`owners: ["a"]`), shared(`owners: ["b"]`)),
  changes("a spread version", shared(`version: "1"`), shared(`version: "2"`)),
  changes("code of a resource", borrowed("open: () => 1"), borrowed("open: () => 2")),
  stays(
    "code of a resource with a version",
    borrowed(`version: "1", open: () => 1`),
    borrowed(`version: "1", open: () => 2`),
  ),
  changes(
    "version of a resource",
    borrowed(`version: "1", open: () => 1`),
    borrowed(`version: "2", open: () => 1`),
  ),
  changes("code of a family", family(1, 1), family(2, 1)),
  stays("a family's neighbour", family(1, 1), family(1, 2)),
];

/** All of them. */
export const cases: readonly Case[] = [
  ...cosmetic,
  ...meant,
  ...modules,
  ...classes,
  ...files,
  ...declarations,
];
