/**
 * A generated project (500 assets in 400 files, 101 library files) and edits with the assets they change, known from the
 * generator's own rules: asset n uses function n % 3 of library n % 50, which uses that of library n % 50 + 50.
 *
 * @module
 */
import type { LockFile } from "../../fingerprint/mod.ts";
import { edited, type Files, lock } from "./given.ts";

/** An edit and the assets that it changes. */
export interface Edit {
  /** What it does. */
  readonly what: string;
  /** The project afterwards. */
  readonly files: Files;
  /** The lock file afterwards. */
  readonly lock?: LockFile;
  /** Names of the assets that compute something else. */
  readonly expected: readonly string[];
}

/** Assets. */
export const N = 500;
const LIBRARIES = 100;
const HALF = 50;
const all = [...Array(N).keys()];
const libraryOf = (n: number) => n % HALF;
const fnOf = (n: number) => n % 3;
const where = (holds: (n: number) => boolean) => all.filter(holds).map((n) => `asset_${n}`);
/** The first 200 share their file with a neighbour. */
const fileOf = (n: number) => n < 200 ? `assets/p${Math.floor(n / 2)}.ts` : `assets/s${n}.ts`;
const upstreamOf = (n: number) => [n - 1, n - 7].filter((u) => u >= 0);

const library = (i: number) => {
  const below = (fn: number) => i < HALF ? ` + g${fn}(rows)` : "";
  return `/** Library ${i}. @module */
${
    i < HALF
      ? `import { f0 as g0, f1 as g1, f2 as g2 } from "./h${i + HALF}.ts";`
      : `import type { Row } from "./types.ts";`
  }

/** A limit. */
const LIMIT_0 = ${100 + i};
const LIMIT_1 = ${200 + i};
/** Kinds of things. */
export enum Kind { Low = ${i}, High = ${i + 10} }

/** Keeps a running mean. */
export class Running {
  private total = 0;
  private n = 0;
  add(value: number): this {
    this.total += value * ${i + 1};
    this.n++;
    return this;
  }
  get mean(): number { return this.n ? this.total / this.n : 0; }
}

/** Zero. */
export function f0(rows: readonly { x: number }[]): number {
  let total = 0;
  for (const row of rows) {
    if (row.x > LIMIT_0) continue; // too large
    total += row.x;
  }
  return total${below(0)};
}
/** One. */
export const f1 = (rows: readonly { x: number }[]): number => {
  const found = rows.filter((row) => row.x < LIMIT_1).map((row) => row.x * Kind.High);
  return found.length${below(1)};
};
/** Two. */
export function f2(rows: readonly { x: number }[]): number {
  const running = new Running();
  for (const row of rows) running.add(row.x);
  return running.mean${below(2)};
}
`;
};

const declaration = (n: number) =>
  `/** Scale of ${n}. */
const SCALE_${n} = ${n + 0.5};

/** Asset ${n}. */
export const asset_${n} = asset({
  name: "asset_${n}",
  description: "Number ${n} of the corpus",
  owners: ["team-${n % 5}"],
  deps: { ${upstreamOf(n).map((u) => `up_${u}: asset_${u}`).join(", ")} },
  config: { alpha: ${n}, mode: "fast" },
  async materialize(inputs: Record<string, Row[]>, { report }: Context): Promise<Row[]> {
    const rows: Row[] = [];
    // Join what came from above.
    for (const [key, slice] of Object.entries(inputs)) {
      for (const row of slice) {
        if (row.x === ${n}) continue;
        rows.push({ ...row, key, x: row.x * SCALE_${n} });
      }
    }
    const score = f${fnOf(n)}_${n}(rows);
    const bySource = new Map<string, number>();
    for (const { key, x } of rows) bySource.set(key, (bySource.get(key) ?? 0) + x);
    const sorted = [...bySource].sort(([, a], [, b]) => b - a);
    ${n % 5 === 0 ? `const center = mean(rows.map((row) => row.x));` : `const center = 0;`}
    ${n % 7 === 0 ? `other(center);` : ""}
    ${n % 10 === 0 ? `const query = fileText("./q${n}.sql"); await run(query);` : ""}
    report({ score, center, sources: sorted.length });
    return rows.filter((row) => row.x > center).map((row) => ({ ...row, score }));
  },
});
`;

const TYPES = `/** A row. */
export interface Row { readonly key: string; readonly x: number; readonly score?: number }
export interface Context { report(m: Record<string, number>): void }
`;
const RUN = `
async function run(query: string): Promise<void> {
  if (query.length === 0) throw new Error("empty query");
  await Promise.resolve();
}
`;

const moduleOf = (file: string, list: readonly number[]) => {
  const needed = new Set(list.flatMap(upstreamOf).filter((u) => fileOf(u) !== file));
  const helpers = list.map((n) =>
    `import { f${fnOf(n)} as f${fnOf(n)}_${n} } from "../lib/h${libraryOf(n)}.ts";`
  );
  const upstream = [...needed].map((u) => `import { asset_${u} } from "./${fileOf(u).slice(7)}";`);
  return `/** Assets ${list.join()}. @module */
import { asset, fileText } from "engine";
import type { Context, Row } from "../lib/types.ts";
${helpers.join("\n")}
${upstream.join("\n")}
import { mean } from "stats";
import other from "other";

${list.map(declaration).join("\n")}${list.some((n) => n % 10 === 0) ? RUN : ""}`;
};

/** The project. */
export function generate(): Files {
  const files: Record<string, string> = { "lib/types.ts": TYPES };
  for (let i = 0; i < LIBRARIES; i++) files[`lib/h${i}.ts`] = library(i);
  for (const [file, list] of Map.groupBy(all, fileOf)) {
    files[file] = moduleOf(file, list);
    for (const n of list.filter((n) => n % 10 === 0)) {
      files[`assets/q${n}.sql`] = `select * from t${n} -- all\nwhere x > ${n}\n`;
    }
  }
  return files;
}

const five = [0, 1, 2, 3, 4];

/** Fifty edits that change nothing. */
export function cosmetic(files: Files): readonly Edit[] {
  const each = (what: string, make: (k: number) => Files): Edit[] =>
    five.map((k) => ({ what: `${what} ${k}`, files: make(k), expected: [] }));
  const number = (k: number) => 37 * k + 220;
  const path = (k: number) => fileOf(number(k));
  const lib = (k: number) => `lib/h${k * 19 + 3}.ts`;
  const inPath = (k: number, from: string, to: string, f = files) => edited(f, path(k), from, to);
  return [
    ...each(
      "comment",
      (k) => inPath(k, "// Join what came from above.", `/* ${"long ".repeat(20)}*/ // x`),
    ),
    ...each("layout", (k) => ({
      ...files,
      [path(k)]: files[path(k)]!.replaceAll("\n", "\r\n\r\n\t"),
    })),
    ...each("types", (k) =>
      edited(
        inPath(k, "const rows: Row[] = []", "const rows = [] as Array<Row & { extra?: string }>"),
        lib(k),
        "(value: number): this",
        "(value: number | never)",
      )),
    ...each("names of locals", (k) => ({
      ...files,
      [path(k)]: files[path(k)]!.replace("report({ score,", "report({ score: points,")
        .replace("...row, score }", "...row, score: points }")
        .replace("const score =", "const points =").replace(/\bslice\b/g, "part"),
    })),
    ...each("order of declarations", (k) => ({ ...files, [lib(k)]: swapped(files[lib(k)]!) })),
    ...each("what people are told", (k) =>
      inPath(
        k,
        `owners: ["team`,
        `tags: { a: "b" }, owners: ["them`,
        inPath(k, "of the corpus", "of all, renamed"),
      )),
    ...each("new exports", (k) => ({
      ...files,
      [lib(k)]: `import type { Q } from "./types.ts";\n${files[lib(k)]}` +
        `export const unused = (x: number) => x + ${k};\nexport type X<T> = T | ${k};\n`,
    })),
    ...each("a helper that moves", (k) => moved(files, number(k))),
    ...each("spelling", (k) =>
      inPath(
        k,
        "(row) => row.x > center",
        "(row) => { return (row.x) > (center) }",
        inPath(
          k,
          ") continue;",
          ") { continue; }",
          inPath(k, `mode: "fast"`, `'mode': 'fast',`),
        ),
      )),
    ...each("the name of a constant", (k) => ({
      ...files,
      [path(k)]: files[path(k)]!.replaceAll(`SCALE_${number(k)}`, "FACTOR"),
    })),
  ];
}

function swapped(text: string): string {
  const one = text.indexOf("/** One. */");
  const two = text.indexOf("/** Two. */");
  return text.slice(0, one) + text.slice(two) + text.slice(one, two);
}

/** The helper of an asset goes to another file under another name; the old file exports it from there. */
function moved(files: Files, n: number): Files {
  const name = `h${libraryOf(n) + HALF}`;
  const fn = `f${fnOf(n)}`;
  const others = ["f0", "f1", "f2"].filter((f) => f !== fn);
  const from = `from "./${name}_new.ts";`;
  return {
    ...files,
    [`lib/${name}_new.ts`]: files[`lib/${name}.ts`]!.replace(
      new RegExp(`\\b${fn}\\b`, "g"),
      "moved",
    ),
    [`lib/${name}.ts`]: `export { moved as ${fn} } ${from}\nexport { ${others.join()} } ${from}`,
  };
}

/** Fifty edits that change what they are expected to. */
export function semantic(files: Files): readonly Edit[] {
  const each = (what: string, make: (k: number) => Omit<Edit, "what">): Edit[] =>
    five.map((k) => ({ what: `${what} ${k}`, ...make(k) }));
  const number = (k: number) => 61 * k + 15;
  const path = (k: number) => fileOf(number(k));
  const here = (k: number, from: string, to: string) => ({
    files: edited(files, path(k), from, to),
    expected: [`asset_${number(k)}`],
  });
  const inLibrary = (i: number, fn: number, from: string, to: string) => ({
    files: edited(files, `lib/h${i}.ts`, from, to),
    expected: where((n) => libraryOf(n) === i % HALF && fnOf(n) === fn),
  });
  const near = (k: number) => k * 9 + 2;
  const far = (k: number) => HALF + k * 9 + 2;
  return [
    ...each("body", (k) => here(k, `row.x === ${number(k)})`, `row.x === ${number(k) + 1})`)),
    ...each("constant", (k) => here(k, `SCALE_${number(k)} = `, `SCALE_${number(k)} = 7`)),
    ...each("config", (k) => here(k, `alpha: ${number(k)},`, `alpha: -1,`)),
    ...each(
      "deps",
      (k) =>
        here(k, `up_${number(k) - 1}: asset_${number(k) - 1}`, `renamed: asset_${number(k) - 1}`),
    ),
    ...each("helper", (k) => inLibrary(near(k), 0, "total += row.x;", "total += row.x + 1;")),
    ...each("enum of a helper", (k) => inLibrary(near(k), 1, "High = ", "High = 5 + ")),
    ...each(
      "class two files away",
      (k) => inLibrary(far(k), 2, "this.total += value", "this.total -= value"),
    ),
    ...each("constant two files away", (k) => inLibrary(far(k), 1, "LIMIT_1 = ", "LIMIT_1 = 1")),
    ...each("SQL", (k) => ({
      files: edited(files, `assets/q${k * 70}.sql`, "where x", "where 2 * x"),
      expected: [`asset_${k * 70}`],
    })),
    ...packages(files),
    {
      what: "a change of a global in a library",
      files: { ...files, "lib/h2.ts": `${files["lib/h2.ts"]}\nArray.prototype.at = () => 1;\n` },
      expected: where((n) => libraryOf(n) === 2),
    },
    {
      what: "a function beside the asset",
      files: edited(files, fileOf(210), "query.length === 0", "query.length < 2"),
      expected: ["asset_210"],
    },
  ];
}

function packages(files: Files): readonly Edit[] {
  const npm = (more: NonNullable<LockFile["npm"]>, specifiers = lock.specifiers) => ({
    files,
    lock: { specifiers, npm: { ...lock.npm, ...more } },
  });
  const stats = { "stats@1.3.0": { integrity: "s2", dependencies: ["deep"] } };
  return [
    {
      what: "a new version of a package",
      ...npm(stats, { ...lock.specifiers, "npm:stats@^1": "1.3.0" }),
      expected: where((n) => n % 5 === 0),
    },
    {
      what: "a package below a package",
      ...npm({ "deep@3.0.0": { integrity: "d2" } }),
      expected: where((n) => n % 5 === 0),
    },
    {
      what: "another package",
      ...npm({ "other@1.0.0": { integrity: "o2" } }),
      expected: where((n) => n % 7 === 0),
    },
  ];
}
