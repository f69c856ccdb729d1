// deno-lint-ignore-file no-console
/**
 * Measures the shape of a TypeScript/JavaScript code base: one JSON line, or with `--bounds` the
 * figures that have a bound beside it. Information: it never fails.
 *
 *     deno task measure [folder] [--name x] [--skip a,b] [--edges] [--worst] [--bounds]
 *
 * Nothing is executed: files are parsed with the TypeScript compiler, no type checking.
 *
 * What is counted, so that the figures can be argued with:
 * - source  = ts/tsx/mts/js/jsx/mjs outside tests, benches, examples, docs, build output; `.d.ts` is left out.
 * - test    = `*_test.*`, `*.test.*`, `*.spec.*`, `*.test-d.*`, or any file under test/, tests/, __tests__/, spec/.
 * - lines   = physical lines; comment ratio = comment lines / (comment + code lines), blanks left out.
 * - function = declarations, methods, constructors, accessors and function values that are given a name
 *   (`const f = () => …`, `{ f: () => … }`); anonymous callbacks belong to the function around them.
 * - fan-out = distinct modules one file imports. Cycles = strongly connected components of more than
 *   one file; `runtime` leaves `import type` out, since type-only cycles cost nothing when the program runs.
 * - undocumented = exported declarations with no doc comment on them (re-exports are not counted);
 *   undocumentedPublic leaves out files whose path has a part that begins with `_` or is `internal`.
 *
 * @module
 */
import ts from "typescript";

const CODE = /\.(?:[cm]?ts|tsx|[cm]?js|jsx)$/;
const DECLARATION = /\.d\.[cm]?ts$/;
const TEST =
  /(?:^|\/)(?:tests?|__tests__|specs?|runtime-tests|test-d|testdata|__fixtures__|fixtures?)\/|[._](?:test|spec|test-d|tst)\.[cm]?[jt]sx?$/;
const OTHER =
  /(?:^|\/)(?:bench(?:es|marks?|mark)?|perf[^/]*|examples?|docs?|website|www|scripts?|tools|_tools|site)\/|[._]bench(?:mark)?\.[cm]?[jt]sx?$/i;
const SKIP_DIRS = new Set([
  "node_modules",
  "dist",
  "build",
  "vendor",
  "coverage",
  "cjs",
  "cf",
  "out",
]);

/** What one parsed file contributes. Lengths are in lines. */
interface FileFacts {
  path: string;
  lines: number;
  code: number;
  comment: number;
  functions: { name: string; length: number; line: number }[];
  /** Specifier -> true when every import of it is type-only. */
  imports: Map<string, boolean>;
  todos: number;
  any: number;
  casts: number;
  suppressions: number;
  throws: number;
  plainErrors: number;
  exported: number;
  undocumented: string[];
  examples: number;
}

async function* walk(root: string, skip: Set<string>, below = ""): AsyncGenerator<string> {
  for await (const e of Deno.readDir(`${root}/${below}`)) {
    if (e.name.startsWith(".") || SKIP_DIRS.has(e.name)) continue;
    const path = below ? `${below}/${e.name}` : e.name;
    if (skip.has(path)) continue;
    if (e.isDirectory) yield* walk(root, skip, path);
    else if (e.isFile) yield path;
  }
}

function commentLines(source: ts.SourceFile, text: string) {
  const isComment = new Set<number>();
  const isCode = new Set<number>();
  const blocks: string[] = [];
  const lineOf = (pos: number) => source.getLineAndCharacterOfPosition(pos).line;
  const seen = new Set<number>();
  const take = (ranges: readonly ts.CommentRange[] | undefined) => {
    for (const r of ranges ?? []) {
      if (seen.has(r.pos)) continue;
      seen.add(r.pos);
      blocks.push(text.slice(r.pos, r.end));
      for (let l = lineOf(r.pos), end = lineOf(r.end); l <= end; l++) isComment.add(l);
    }
  };
  const visit = (node: ts.Node) => {
    // Every comment lies before or after some token, so asking at each token finds them all.
    take(ts.getLeadingCommentRanges(text, node.getFullStart()));
    take(ts.getTrailingCommentRanges(text, node.getEnd()));
    const children = node.getChildren(source).filter((c) =>
      c.kind < ts.SyntaxKind.FirstJSDocNode || c.kind > ts.SyntaxKind.LastJSDocNode
    );
    if (children.length === 0 && node.getEnd() > node.getStart(source)) {
      for (let l = lineOf(node.getStart(source)), end = lineOf(node.getEnd()); l <= end; l++) {
        isCode.add(l);
      }
    }
    children.forEach(visit);
  };
  visit(source);
  let comment = 0;
  for (const l of isComment) if (!isCode.has(l)) comment++;
  return { comment, code: isCode.size, blocks };
}

const hasModifier = (n: ts.Node, kind: ts.SyntaxKind) =>
  ts.canHaveModifiers(n) && (ts.getModifiers(n) ?? []).some((m) => m.kind === kind);

function functionName(n: ts.Node): string | undefined {
  if (ts.isConstructorDeclaration(n)) return "constructor";
  if (
    ts.isFunctionDeclaration(n) || ts.isMethodDeclaration(n) || ts.isGetAccessor(n) ||
    ts.isSetAccessor(n)
  ) {
    return n.name?.getText() ?? "default";
  }
  if (!ts.isArrowFunction(n) && !ts.isFunctionExpression(n)) return undefined;
  const p = n.parent;
  if (ts.isVariableDeclaration(p) || ts.isPropertyAssignment(p) || ts.isPropertyDeclaration(p)) {
    return p.name.getText();
  }
  return undefined;
}

function measureFile(path: string, text: string): FileFacts {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lineOf = (pos: number) => source.getLineAndCharacterOfPosition(pos).line;
  const { comment, code, blocks } = commentLines(source, text);
  const f: FileFacts = {
    path,
    comment,
    code,
    lines: text.split("\n").length - (text.endsWith("\n") ? 1 : 0),
    functions: [],
    imports: new Map(),
    any: 0,
    casts: 0,
    throws: 0,
    plainErrors: 0,
    exported: 0,
    undocumented: [],
    todos: blocks.reduce((n, b) => n + (b.match(/\b(?:TODO|FIXME|XXX|HACK)\b/g)?.length ?? 0), 0),
    suppressions: blocks.reduce(
      (n, b) =>
        n +
        (b.match(
          /@ts-(?:ignore|expect-error|nocheck)|(?:deno-lint|eslint|biome)-(?:ignore|disable)/g,
        )
          ?.length ?? 0),
      0,
    ),
    examples: blocks.filter((b) => b.startsWith("/**") && b.includes("@example")).length,
  };
  const addImport = (spec: string, typeOnly: boolean) =>
    f.imports.set(spec, (f.imports.get(spec) ?? true) && typeOnly);
  const visit = (n: ts.Node) => {
    const name = functionName(n);
    if (name !== undefined && (n as ts.FunctionLikeDeclaration).body) {
      f.functions.push({
        name,
        length: lineOf(n.getEnd()) - lineOf(n.getStart(source)) + 1,
        line: lineOf(n.getStart(source)) + 1,
      });
    }
    if (n.kind === ts.SyntaxKind.AnyKeyword) f.any++;
    else if (ts.isAsExpression(n) && n.type.getText(source) !== "const") f.casts++;
    else if (ts.isThrowStatement(n)) {
      f.throws++;
      if (
        n.expression && ts.isNewExpression(n.expression) &&
        n.expression.expression.getText(source) === "Error"
      ) f.plainErrors++;
    } else if (ts.isImportDeclaration(n) && ts.isStringLiteral(n.moduleSpecifier)) {
      const c = n.importClause;
      const named = c?.namedBindings && ts.isNamedImports(c.namedBindings)
        ? c.namedBindings.elements
        : undefined;
      addImport(
        n.moduleSpecifier.text,
        !!c && (c.isTypeOnly || (!c.name && !!named?.length && named.every((e) => e.isTypeOnly))),
      );
    } else if (
      ts.isExportDeclaration(n) && n.moduleSpecifier && ts.isStringLiteral(n.moduleSpecifier)
    ) {
      addImport(n.moduleSpecifier.text, n.isTypeOnly);
    } else if (
      ts.isCallExpression(n) && n.expression.kind === ts.SyntaxKind.ImportKeyword &&
      n.arguments[0] &&
      ts.isStringLiteral(n.arguments[0])
    ) {
      addImport(n.arguments[0].text, false);
    }
    ts.forEachChild(n, visit);
  };
  visit(source);
  const documented = (n: ts.Node) => ts.getJSDocCommentsAndTags(n).length > 0;
  const overloadsSeen = new Set<string>();
  for (const s of source.statements) {
    if (!hasModifier(s, ts.SyntaxKind.ExportKeyword)) continue;
    const names = ts.isVariableStatement(s)
      ? s.declarationList.declarations.map((d) => d.name.getText(source))
      : [(s as ts.DeclarationStatement).name?.getText(source) ?? "default"];
    for (const name of names) {
      if (overloadsSeen.has(name)) continue; // later overloads share the first one's documentation
      overloadsSeen.add(name);
      f.exported++;
      if (!documented(s)) f.undocumented.push(name);
    }
  }
  return f;
}

/** Names of workspace packages (deno.json or package.json) -> their folder and `exports`. */
type Packages = Map<string, { dir: string; exports: Record<string, string> }>;

function resolver(paths: Set<string>, packages: Packages) {
  const tryFile = (p: string): string | undefined => {
    const stem = p.replace(/\.[cm]?jsx?$/, "");
    const tails = [
      "",
      ".ts",
      ".tsx",
      ".mts",
      ".js",
      ".mjs",
      ".jsx",
      "/index.ts",
      "/index.tsx",
      "/index.js",
      "/mod.ts",
    ];
    for (const t of tails) if (paths.has(p + t)) return p + t;
    for (const t of [".ts", ".tsx", ".mts"]) if (paths.has(stem + t)) return stem + t;
  };
  return (from: string, spec: string): string | undefined => {
    if (spec.startsWith(".")) {
      const parts = from.split("/").slice(0, -1);
      for (const s of spec.split("/")) {
        s === ".." ? parts.pop() : s !== "." && s !== "" && parts.push(s);
      }
      return tryFile(parts.join("/"));
    }
    for (const [name, p] of packages) {
      if (spec !== name && !spec.startsWith(name + "/")) continue;
      const target = p.exports["." + spec.slice(name.length)] ??
        (spec === name ? p.exports["."] : undefined);
      const join = (rel: string) => (p.dir ? p.dir + "/" : "") + rel.replace(/^\.\//, "");
      return tryFile(join(target ?? "." + spec.slice(name.length))) ??
        tryFile(join("src" + spec.slice(name.length)));
    }
  };
}

/** Strongly connected components of more than one node (Tarjan, iterative so that deep graphs are safe). */
export function cycles(graph: Map<string, Set<string>>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const onStack = new Set<string>();
  const stack: string[] = [];
  const found: string[][] = [];
  for (const root of graph.keys()) {
    if (index.has(root)) continue;
    const work: { node: string; next: Iterator<string> }[] = [];
    const open = (node: string) => {
      index.set(node, index.size);
      low.set(node, index.get(node)!);
      stack.push(node);
      onStack.add(node);
      work.push({ node, next: (graph.get(node) ?? new Set<string>()).values() });
    };
    open(root);
    while (work.length) {
      const top = work[work.length - 1]!;
      const step = top.next.next();
      if (!step.done) {
        if (!index.has(step.value)) open(step.value);
        else if (onStack.has(step.value)) {
          low.set(top.node, Math.min(low.get(top.node)!, index.get(step.value)!));
        }
        continue;
      }
      work.pop();
      const parent = work[work.length - 1];
      if (parent) low.set(parent.node, Math.min(low.get(parent.node)!, low.get(top.node)!));
      if (low.get(top.node) !== index.get(top.node)) continue;
      const component: string[] = [];
      for (let n = ""; n !== top.node;) {
        n = stack.pop()!;
        onStack.delete(n);
        component.push(n);
      }
      if (component.length > 1) found.push(component);
    }
  }
  return found.sort((a, b) => b.length - a.length);
}

const quantile = (xs: number[], q: number) => {
  const s = [...xs].sort((a, b) => a - b);
  return s.length ? s[Math.min(s.length - 1, Math.ceil(q * s.length) - 1)] : 0;
};
const sum = (xs: number[]) => xs.reduce((a, b) => a + b, 0);
const round = (x: number) => Math.round(x * 1000) / 1000;

/** Measures every source file below `root`. `skip` holds paths relative to `root` that are left out. */
export async function measure(root: string, name = root, skip: Set<string> = new Set()) {
  const source: FileFacts[] = [];
  const packages: Packages = new Map();
  const paths = new Set<string>();
  let testFiles = 0;
  let testLines = 0;
  let benchFiles = 0;
  for await (const path of walk(root, skip)) {
    if (/(?:^|\/)(?:deno\.jsonc?|package\.json)$/.test(path)) {
      try {
        const json =
          ts.parseConfigFileTextToJson(path, await Deno.readTextFile(`${root}/${path}`)).config;
        const exports = typeof json.exports === "string"
          ? { ".": json.exports }
          : json.exports ?? {};
        if (json.name) {
          packages.set(json.name, {
            dir: path.split("/").slice(0, -1).join("/"),
            exports: Object.fromEntries(
              Object.entries(exports).filter(([, v]) => typeof v === "string"),
            ) as Record<string, string>,
          });
        }
      } catch { /* a broken manifest in a fixture is no reason to stop */ }
      continue;
    }
    if (!CODE.test(path) || DECLARATION.test(path)) continue;
    if (TEST.test(path)) {
      testFiles++;
      testLines += (await Deno.readTextFile(`${root}/${path}`)).split("\n").length - 1;
      continue;
    }
    if (OTHER.test(path)) {
      if (/bench/i.test(path)) benchFiles++;
      continue;
    }
    paths.add(path);
    source.push(measureFile(path, await Deno.readTextFile(`${root}/${path}`)));
  }
  const resolve = resolver(paths, packages);
  const runtime = new Map<string, Set<string>>();
  const all = new Map<string, Set<string>>();
  const edges = new Map<string, number>();
  for (const f of source) {
    runtime.set(f.path, new Set()), all.set(f.path, new Set());
    for (const [spec, typeOnly] of f.imports) {
      const to = resolve(f.path, spec);
      if (!to || to === f.path) continue;
      all.get(f.path)!.add(to);
      if (!typeOnly) runtime.get(f.path)!.add(to);
      const top = (p: string) => p.includes("/") ? p.split("/")[0] : ".";
      if (top(f.path) !== top(to)) {
        edges.set(
          `${top(f.path)} -> ${top(to)}`,
          (edges.get(`${top(f.path)} -> ${top(to)}`) ?? 0) + 1,
        );
      }
    }
  }
  const fns = source.flatMap((f) => f.functions.map((x) => ({ ...x, path: f.path })));
  const lengths = source.map((f) => f.lines);
  const fnLengths = fns.map((f) => f.length);
  const fans = source.map((f) => f.imports.size);
  const code = sum(source.map((f) => f.code));
  const comment = sum(source.map((f) => f.comment));
  const exported = sum(source.map((f) => f.exported));
  const lines = sum(lengths);
  const rc = cycles(runtime);
  const ac = cycles(all);
  const widest = [...source].sort((a, b) => b.imports.size - a.imports.size)[0];
  return {
    figures: {
      name,
      files: source.length,
      lines,
      code,
      fileMedian: quantile(lengths, .5),
      fileP95: quantile(lengths, .95),
      fileMax: quantile(lengths, 1),
      functions: fns.length,
      fnMedian: quantile(fnLengths, .5),
      fnP95: quantile(fnLengths, .95),
      fnMax: quantile(fnLengths, 1),
      commentRatio: round(comment / Math.max(1, comment + code)),
      testFiles,
      testLines,
      testRatio: round(testLines / Math.max(1, lines)),
      benchFiles,
      fanOutMedian: quantile(fans, .5),
      fanOutP95: quantile(fans, .95),
      fanOutMax: widest?.imports.size ?? 0,
      fanOutMaxFile: widest?.path,
      cycles: rc.length,
      cycleLargest: rc[0]?.length ?? 0,
      cyclesWithTypes: ac.length,
      todos: sum(source.map((f) => f.todos)),
      any: sum(source.map((f) => f.any)),
      casts: sum(source.map((f) => f.casts)),
      suppressions: sum(source.map((f) => f.suppressions)),
      throws: sum(source.map((f) => f.throws)),
      plainErrors: sum(source.map((f) => f.plainErrors)),
      exported,
      exportsPerFile: round(exported / Math.max(1, source.length)),
      undocumented: sum(source.map((f) => f.undocumented.length)),
      undocumentedPublic: sum(
        source.filter((f) => !/(?:^|\/)(?:_|internal(?:\/|\.))/.test(f.path)).map((f) =>
          f.undocumented.length
        ),
      ),
      examples: sum(source.map((f) => f.examples)),
    },
    /** Imports between top-level folders: "a -> b" -> number of imports. */
    edges: Object.fromEntries([...edges].sort((a, b) => b[1] - a[1])),
    worst: {
      functions: fns.sort((a, b) => b.length - a.length).slice(0, 8).map((f) =>
        `${f.path}:${f.line} ${f.name} ${f.length}`
      ),
      files: [...source].sort((a, b) => b.lines - a.lines).slice(0, 8).map((f) =>
        `${f.path} ${f.lines}`
      ),
      cycles: rc.slice(0, 3).map((c) => c.slice(0, 6)),
      undocumented: source.filter((f) => f.undocumented.length).slice(0, 20).map((f) =>
        `${f.path}: ${f.undocumented.slice(0, 6).join(", ")}`
      ),
    },
  };
}

/** What we hold ourselves to: the name of a figure, and the range it should be in. */
const BOUNDS: readonly (readonly [string, number, number])[] = [
  ["fileP95", 0, 400],
  ["fnMedian", 0, 10],
  ["fnP95", 0, 50],
  ["fnMax", 0, 120],
  ["commentRatio", .20, .35],
  ["testRatio", 1, Infinity],
  ["fanOutP95", 0, 12],
  ["cycles", 0, 0],
  ["todos", 0, 0],
  ["any", 0, 0],
  ["undocumented", 0, 0],
  ["castsPer1000", 0, 10],
  ["plainErrorShare", 0, .15],
];

/** One line a bound: the figure, its range, and whether it is inside. */
function againstBounds(figures: Awaited<ReturnType<typeof measure>>["figures"]): string[] {
  const all: Readonly<Record<string, unknown>> = {
    ...figures,
    castsPer1000: round(1000 * figures.casts / Math.max(1, figures.code)),
    plainErrorShare: round(figures.plainErrors / Math.max(1, figures.throws)),
  };
  return BOUNDS.map(([name, least, most]) => {
    const value = Number(all[name]);
    const range = most === Infinity
      ? `>= ${least}`
      : least === 0
      ? `<= ${most}`
      : `${least}..${most}`;
    const word = value >= least && value <= most ? "ok     " : "outside";
    return `${word} ${name.padEnd(16)} ${String(value).padStart(7)}  (${range})`;
  });
}

if (import.meta.main) {
  const flag = (n: string) => {
    const i = Deno.args.indexOf(n);
    return i < 0 ? undefined : Deno.args[i + 1] ?? "";
  };
  const first = Deno.args[0];
  const root = first === undefined || first.startsWith("--") ? "." : first;
  const m = await measure(
    root.replace(/\/$/, ""),
    flag("--name") ?? root,
    new Set((flag("--skip") ?? "").split(",").filter(Boolean)),
  );
  const isFor = (part: string) => Deno.args.includes(`--${part}`);
  const line = {
    ...m.figures,
    ...(isFor("edges") ? { edges: m.edges } : {}),
    ...(isFor("worst") ? { worst: m.worst } : {}),
  };
  console.log(isFor("bounds") ? againstBounds(m.figures).join("\n") : JSON.stringify(line));
}
