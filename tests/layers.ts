/**
 * Who may import whom: the architecture as a table, and the scan that finds what breaks it.
 *
 * A new arrow is a decision: it is made in {@link MAY} and explained in the commit.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import ts from "typescript";

/** What one room may import besides itself. */
export interface Arrows {
  /** Rooms, or `*` for all. A parent stands for the rooms below it: `adapters` for each adapter. */
  readonly rooms: readonly string[];
  /** Rooms of which only types may be imported. */
  readonly types?: readonly string[];
  /** Packages by the beginning of their name; left out: any. */
  readonly packages?: readonly string[];
}

const PURE = ["node:", "@std/"];
const BELOW_LEDGER = ["engine/declare", "engine/graph"];
const BELOW_DECIDE = [...BELOW_LEDGER, "engine/ledger"];
const BELOW_RUN = [...BELOW_DECIDE, "engine/decide", "engine/feature"];

/**
 * The arrows. The room of a file is the longest entry that its path begins with; below `adapters`
 * every folder is a room of its own.
 */
export const MAY: Readonly<Record<string, Arrows>> = {
  // croner: windows of a cron expression are a rule of partitions.
  "engine/declare": { rooms: [], packages: [...PURE, "croner"] },
  "engine/graph": { rooms: ["engine/declare"], packages: PURE },
  "engine/ledger": { rooms: BELOW_LEDGER, packages: PURE },
  "engine/decide": { rooms: BELOW_DECIDE, packages: PURE },
  // croner: the instants at which schedules tick.
  "engine/run": { rooms: [...BELOW_RUN, "engine/notice"], packages: [...PURE, "croner"] },
  "engine/notice": { rooms: BELOW_RUN, packages: PURE },
  // The online store, the cache and the feature views: ports that know nothing of assets.
  "engine/feature": { rooms: [], packages: PURE },
  // The store of objects and the artefacts in it: a port like those of engine/feature, streams through node:crypto.
  "engine/object": { rooms: [], packages: PURE },
  "engine/access": { rooms: [], packages: PURE },
  "engine/mod.ts": { rooms: ["engine"], packages: [] },
  "engine/testing.ts": { rooms: ["engine"], packages: [] },
  // Hosts that a setting or a form names are judged and connected to in one place, for alerts and secrets alike.
  reach: { rooms: [], packages: PURE },
  // Keys of AWS, found and renewed by its own library: objects and secrets ask by the same ones.
  aws: { rooms: ["engine"] },
  adapters: { rooms: ["engine", "reach", "aws"] },
  ml: { rooms: [] },
  // Fingerprints of code; it knows neither the engine nor an asset.
  fingerprint: { rooms: [] },
  assets: { rooms: ["engine", "ml", "assets/resources.ts"] },
  "assets/resources.ts": { rooms: ["engine", "ml", "assets", "adapters"] },
  sensors: { rooms: ["engine", "assets"] },
  api: { rooms: ["engine"] },
  ui: { rooms: [], types: ["api"] },
  "project.ts": { rooms: ["engine", "assets", "sensors"] },
  std: { rooms: [] },
  schemas: { rooms: [] },
  cli: { rooms: ["*"] },
  tasks: { rooms: ["*"] },
  tests: { rooms: ["*"] },
  bench: { rooms: ["*"] },
  ".": { rooms: ["*"] },
};

/** The files by which a folder is entered from outside. Tests and benches look inside. */
export const DOORS: Readonly<Record<string, readonly string[]>> = {
  reach: ["reach/mod.ts"],
  aws: ["aws/mod.ts"],
  engine: ["engine/mod.ts", "engine/testing.ts"],
  ml: ["ml/mod.ts"],
  fingerprint: ["fingerprint/mod.ts"],
};
/** Single files that a room may take beside the doors, since the door would load all behind it. */
const SIDE_DOORS: Readonly<Record<string, readonly string[]>> = {
  // The whole engine and onnxruntime would cost the time that `--help` and `doctor` may take.
  cli: ["engine/graph/nearest.ts", "ml/native/locate.ts"],
};
const MAY_LOOK_INSIDE = ["tests", "bench", "tasks"];

/** One import as it is written, and where. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  readonly isType: boolean;
  /** In the example of a doc comment. */
  readonly isExample: boolean;
}

/** All imports of a file: static, dynamic, of types, of workers, and those of doc examples. */
export function importsOf(path: string, text: string): readonly Import[] {
  return [
    ...parse(path, text, 0, false),
    ...examples(text).flatMap(({ code, line }) => parse("example.tsx", code, line, true)),
  ];
}

function parse(path: string, text: string, firstLine: number, isExample: boolean): Import[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const visit = (node: ts.Node) => {
    const target = targetOf(node);
    if (target !== undefined) {
      const line = firstLine + source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      const { literal, isType } = target;
      const specifier = ts.isStringLiteralLike(literal) ? literal.text : literal.getText();
      const isComputed = !ts.isStringLiteralLike(literal);
      found.push({
        specifier: isComputed ? `computed: ${specifier}` : specifier,
        line,
        isType,
        isExample,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

interface Target {
  readonly literal: ts.Node;
  readonly isType: boolean;
}

function targetOf(node: ts.Node): Target | undefined {
  if (ts.isImportDeclaration(node)) {
    return { literal: node.moduleSpecifier, isType: importsTypes(node.importClause) };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return { literal: node.moduleSpecifier, isType: node.isTypeOnly };
  }
  if (ts.isImportTypeNode(node)) {
    const { argument } = node;
    return { literal: ts.isLiteralTypeNode(argument) ? argument.literal : argument, isType: true };
  }
  const argument = ts.isCallExpression(node) || ts.isNewExpression(node)
    ? node.arguments?.[0]
    : undefined;
  if (argument === undefined) return undefined;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return { literal: argument, isType: false };
  }
  return isModuleUrl(node) ? { literal: argument, isType: false } : undefined;
}

/** `new URL("./worker.ts", import.meta.url)`: how workers and child processes are named. */
function isModuleUrl(node: ts.Node): boolean {
  return /^new URL\(\s*["'][^"']+\.tsx?["'],\s*import\.meta\.url,?\s*\)$/.test(node.getText());
}

function importsTypes(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const named = clause.namedBindings;
  return clause.name === undefined && named !== undefined && ts.isNamedImports(named) &&
    named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly);
}

/** The `ts` blocks of doc comments, each with the line before it. */
function examples(text: string): { readonly code: string; readonly line: number }[] {
  const blocks = text.matchAll(/^[ \t]*\* ```tsx?[^\n]*\n((?:[ \t]*\*[^\n]*\n)*?)[ \t]*\* ```/gm);
  return [...blocks].map((block) => ({
    code: block[1]!.replaceAll(/^[ \t]*\* ?/gm, ""),
    line: text.slice(0, block.index).split("\n").length,
  }));
}

/** The room that a file is in, by its path from the root. */
export function roomOf(path: string): string {
  if (path.startsWith("adapters/")) return path.split("/").slice(0, 2).join("/");
  const rooms = Object.keys(MAY).filter((room) => path === room || path.startsWith(`${room}/`));
  const longest = rooms.reduce((best, room) => room.length > best.length ? room : best, "");
  return longest === "" && !path.includes("/") ? "." : longest;
}

/** The file of this project, or the package, that a specifier in `path` means. */
export function resolve(
  path: string,
  specifier: string,
  imports: Readonly<Record<string, string>>,
): { readonly file: string } | { readonly package: string } {
  if (specifier.startsWith(".")) return { file: join(dirname(path), specifier) };
  const alias = imports[specifier];
  // std and vendor are packages whose files happen to lie here.
  const isOurs = alias?.startsWith("./") && !/^\.\/(std|vendor)\//.test(alias);
  if (alias !== undefined && isOurs) return { file: alias.slice(2) };
  return { package: specifier };
}

/** Files that import what they are told to: a computed specifier is their purpose. */
const MAY_COMPUTE = [
  "adapters/postgres/embedded/locate.ts",
  "code.ts",
  "tasks/describe.ts",
  "tests/code_test.ts",
  "tests/engine/decide/engine/mutants.ts",
  "tests/simulation/mutants.ts",
];

/** What is wrong with the imports of one file, each as a sentence with file and line. */
export function violations(
  path: string,
  text: string,
  imports: Readonly<Record<string, string>>,
): readonly string[] {
  const room = roomOf(path);
  if (room === "") return [`${path}: is in no room of the table of tests/layers.ts`];
  return importsOf(path, text).flatMap((found) => {
    const reason = refusal(path, room, found, resolve(path, found.specifier, imports));
    return reason === undefined
      ? []
      : [`${path}:${found.line} imports "${found.specifier}": ${reason}`];
  });
}

function refusal(
  path: string,
  room: string,
  found: Import,
  to: ReturnType<typeof resolve>,
): string | undefined {
  const arrows = MAY[room.startsWith("adapters/") ? "adapters" : room]!;
  if ("package" in to) {
    return MAY_COMPUTE.includes(path) ? undefined : packageRefusal(room, arrows, to.package);
  }
  const target = roomOf(to.file);
  if (target === "") return "is in no room of the table";
  const doors = DOORS[top(to.file)] ?? [];
  if (SIDE_DOORS[room]?.includes(to.file)) return undefined;
  const isOutside = top(path) !== top(to.file) && !MAY_LOOK_INSIDE.includes(room);
  if (isOutside && doors.length > 0 && !doors.includes(to.file)) {
    return `${top(to.file)} is entered by ${doors.join(" or ")} only`;
  }
  // An example shows the code as a reader writes it, so it enters by a door.
  if (found.isExample && doors.includes(to.file)) return undefined;
  if (target === room || allows(arrows.rooms, target)) return undefined;
  if (allows(arrows.types ?? [], target)) {
    return found.isType ? undefined : `${room} may import types of ${target} only`;
  }
  return `${room} may not import ${target}`;
}

function packageRefusal(room: string, arrows: Arrows, name: string): string | undefined {
  if (name.startsWith("computed: ")) return "what is imported cannot be seen";
  const { packages } = arrows;
  if (packages === undefined || packages.some((start) => name.startsWith(start))) return undefined;
  return `${room} may use the packages ${packages.join(", ") || "none"}`;
}

function allows(rooms: readonly string[], target: string): boolean {
  return rooms.some((room) => room === "*" || room === target || target.startsWith(`${room}/`));
}

function top(path: string): string {
  return path.split("/")[0]!;
}
