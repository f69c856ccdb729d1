/**
 * Printers of calls and property accesses: where a file reaches what is not code of its own.
 *
 * @module
 */
import ts from "typescript";
import type { Print, Printer, Prints, Within } from "./printer.ts";
import { unix } from "./syntax.ts";

const K = ts.SyntaxKind;

const isOf = (n: ts.Node, object: RegExp): n is ts.PropertyAccessExpression =>
  ts.isPropertyAccessExpression(n) && ts.isIdentifier(n.expression) &&
  object.test(n.expression.text);

/** `.` of an optional chain that begins here, goes on here, or is none. */
const dot = (n: ts.Node & { readonly questionDotToken?: ts.Node }) =>
  n.flags & ts.NodeFlags.OptionalChain ? (n.questionDotToken ? "?." : "~.") : ".";

const access: Print<ts.PropertyAccessExpression> = (p, n, within) => {
  const of = n.expression;
  if (ts.isIdentifier(of) && p.local(of.text, within) === undefined) {
    // Of `import * as x` only what is used.
    if (p.file.imports[of.text]?.[1] === "*") return p.ref(`${of.text}.${n.name.text}`);
    if (n.name.text === "env" && isOf(n, /^(Deno|process)$/)) {
      p.warn(n, `${of.text}.env is not part of the fingerprint: pass it by config or a resource`);
    }
  }
  p.word("(");
  p.emit(of, within);
  p.word(dot(n) + n.name.text, ")");
};

/** The literal path of `fileText("./q.sql")`, `new URL("./q.sql", import.meta.url)`, `import.meta.resolve("./q.sql")`. */
function fileOf(p: Printer, n: ts.CallExpression | ts.NewExpression): string | undefined {
  const [path, base] = n.arguments ?? [];
  if (!path || !ts.isStringLiteralLike(path) || !/^\.\.?\//.test(path.text)) return undefined;
  const f = n.expression;
  const isUrl = ts.isNewExpression(n) && ts.isIdentifier(f) && f.text === "URL" && base &&
    ts.isPropertyAccessExpression(base) && ts.isMetaProperty(base.expression) &&
    base.name.text === "url";
  const resolves = ts.isPropertyAccessExpression(f) && ts.isMetaProperty(f.expression) &&
    f.name.text === "resolve";
  return isUrl || resolves || isFileText(p, f) ? path.text : undefined;
}

const isFileText = (p: Printer, callee: ts.Expression) =>
  ts.isIdentifier(callee) && p.file.imports[callee.text]?.[1] === "fileText";

/** Says what the call reads that nobody sees. */
function warnOf(p: Printer, n: ts.CallExpression | ts.NewExpression): void {
  const f = n.expression;
  const [first] = n.arguments ?? [];
  if (isFileText(p, f)) p.warn(n, "fileText() of a computed name cannot be followed");
  if (!isOf(f, /^Deno$/) || !/^(read|open)/.test(f.name.text)) return;
  if (first && ts.isNewExpression(first)) return;
  const right = `name the file by new URL("./file", import.meta.url) or put its content in config`;
  p.warn(n, `Deno.${f.name.text}() reads what the fingerprint does not see: ${right}`);
}

function imports(p: Printer, n: ts.CallExpression, within: Within): void {
  const [from] = n.arguments;
  if (from && ts.isStringLiteralLike(from)) return p.ref(`import:${from.text}`);
  p.warn(n, "import() of a computed name cannot be followed: name the modules in a literal");
  p.word("import?");
  p.emit(from, within);
}

const call: Print<ts.CallExpression | ts.NewExpression> = (p, n, within) => {
  if (ts.isCallExpression(n) && n.expression.kind === K.ImportKeyword) return imports(p, n, within);
  const file = fileOf(p, n);
  if (file !== undefined) {
    p.word("(file");
    p.ref(`file:${file}`);
    return p.word(")");
  }
  warnOf(p, n);
  p.word(ts.isNewExpression(n) ? "(new" : `(${dot(n)}call`);
  p.emit(n.expression, within);
  p.word(",");
  p.each(n.arguments, within);
  p.word(")");
};

/** Tags see the raw text too. */
const tagged: Print<ts.TaggedTemplateExpression> = (p, n, within) => {
  const raw = (l: ts.TemplateLiteralLikeNode) => p.word(JSON.stringify(unix(l.rawText ?? l.text)));
  p.word("(tag");
  p.emit(n.tag, within);
  if (ts.isTemplateExpression(n.template)) {
    raw(n.template.head);
    n.template.templateSpans.forEach((span) => raw(span.literal));
  } else raw(n.template);
  p.emit(n.template, within);
  p.word(")");
};

const meta: Print<ts.MetaProperty> = (p, n) =>
  p.word(n.keywordToken === K.ImportKeyword ? "import.meta" : "new.target");

/** By kind of node. */
export const CALLS: Prints = {
  [K.PropertyAccessExpression]: access,
  [K.CallExpression]: call,
  [K.NewExpression]: call,
  [K.TaggedTemplateExpression]: tagged,
  [K.MetaProperty]: meta,
};
