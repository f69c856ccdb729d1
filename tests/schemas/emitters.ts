/** Finds in the sources which events the program sends, so that none is forgotten. @module */
import { fromFileUrl, join, relative } from "@std/path";
import ts from "typescript";

/** A place in the sources that emits events. */
export interface Emitter {
  /** `assets/quality/report.ts` */
  readonly file: string;
  readonly topic: string;
  readonly schemaVersion: number;
  /** Names of the payload, sorted. */
  readonly payload: readonly string[];
}

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
/** Folders without code of the program. */
const OTHERS = new Set(["tests", "bench", "vendor", "docs", "docker", "schemas", "coverage"]);

/** Every source file of the program, parsed. */
function* sources(folder = ROOT): Generator<ts.SourceFile> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    if (isDirectory && !name.startsWith(".") && name !== "node_modules") {
      if (folder !== ROOT || !OTHERS.has(name)) yield* sources(path);
    } else if (/\.tsx?$/.test(name)) {
      yield ts.createSourceFile(path, Deno.readTextFileSync(path), ts.ScriptTarget.Latest, true);
    }
  }
}

/** Every call of a method or function of this name, with its file. */
function calls(name: string): { readonly file: string; readonly call: ts.CallExpression }[] {
  return [...sources()].flatMap((source) => {
    const found: { file: string; call: ts.CallExpression }[] = [];
    const look = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && calledName(node) === name) {
        found.push({ file: relative(ROOT, source.fileName), call: node });
      }
      ts.forEachChild(node, look);
    };
    look(source);
    return found;
  });
}

function calledName({ expression }: ts.CallExpression): string | undefined {
  if (ts.isIdentifier(expression)) return expression.text;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : undefined;
}

/**
 * Every `emit({ topic, … })` of the pipelines, the only ones to whom `emit` is given: elsewhere the name means other things.
 *
 * @throws {TypeError} If the source does not say which event it is, so that nothing can be proved of it.
 */
export function emitters(): readonly Emitter[] {
  return calls("emit")
    .filter(({ file }) => /^(assets|sensors)\/|^project\.ts$/.test(file))
    .map(({ file, call }) => emitterOf(file, call.arguments[0]!));
}

/** Files that hand events to a log themselves: by its method; functions of this name publish versions. */
export function publishers(): readonly string[] {
  const files = calls("publish")
    .filter(({ call }) => ts.isPropertyAccessExpression(call.expression))
    .map(({ file }) => file);
  // The contract of logs, which tests run.
  return [...new Set(files)].filter((file) => file !== "engine/notice/contract.ts").sort();
}

function emitterOf(file: string, event: ts.Expression): Emitter {
  const topic = property(event, "topic");
  const payload = property(event, "payload");
  const version = property(event, "schemaVersion");
  if (topic && ts.isStringLiteral(topic) && payload && ts.isObjectLiteralExpression(payload)) {
    const names = payload.properties.map((p) => p.name?.getText());
    if (names.every((name) => name !== undefined)) {
      const schemaVersion = Number(version?.getText() ?? 1);
      return { file, topic: topic.text, schemaVersion, payload: names.sort() };
    }
  }
  throw new TypeError(
    `Cannot tell what ${file} emits: "${event.getText()}" is no literal with a topic and a payload without "..."`,
  );
}

function property(of: ts.Expression, name: string): ts.Expression | undefined {
  if (!ts.isObjectLiteralExpression(of)) return undefined;
  const found = of.properties.find((p) => p.name?.getText() === name);
  if (found && ts.isPropertyAssignment(found)) return found.initializer;
  return found && ts.isShorthandPropertyAssignment(found) ? found.name : undefined;
}
