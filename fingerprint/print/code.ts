/**
 * Printers of literals, expressions and statements.
 *
 * @module
 */
import ts from "typescript";
import type { Print, Prints } from "./printer.ts";
import { boundBy, declaredBy, KIND, unix } from "./syntax.ts";

const K = ts.SyntaxKind;

const text: Print<ts.LiteralLikeNode> = (p, n) => p.word(JSON.stringify(unix(n.text)));
const verbatim: Print<ts.LiteralLikeNode> = (p, n) => p.word(n.text);
const inner: Print<ts.Node & { readonly expression: ts.Expression }> = (p, n, within) =>
  p.emit(n.expression, within);

/** One statement in braces is that statement, unless it declares. */
const block: Print<ts.Block> = (p, n, within) => {
  const list = n.statements.filter((s) => s.kind !== K.EmptyStatement);
  const only = list.length === 1 ? list[0]! : undefined;
  const declares = only && (ts.isVariableStatement(only) || ts.isFunctionDeclaration(only) ||
    ts.isClassDeclaration(only));
  if (only && !declares) return p.emit(only, within);
  const scope = p.scope(within);
  p.lexical(list, scope);
  p.word("(");
  p.each(list, scope);
  p.word(")");
};

/** `let` and `const` compute alike. */
function keywordOf({ flags }: ts.VariableDeclarationList): string {
  const scoped = flags & ts.NodeFlags.BlockScoped;
  if (scoped === ts.NodeFlags.AwaitUsing) return "(await using";
  if (scoped === ts.NodeFlags.Using) return "(using";
  return scoped ? "(let" : "(var";
}

/** `const { a, b } = await import("./x.ts")` needs no more than those two. */
function importedNames(d: ts.VariableDeclaration): string | undefined {
  const e = d.initializer;
  if (!e || !ts.isAwaitExpression(e) || !ts.isCallExpression(e.expression)) return undefined;
  const [from] = e.expression.arguments;
  if (e.expression.expression.kind !== K.ImportKeyword || !from) return undefined;
  if (!ts.isStringLiteralLike(from) || !ts.isObjectBindingPattern(d.name)) return undefined;
  const names = d.name.elements.map((b) => b.propertyName ?? b.name);
  if (!names.every((n) => ts.isIdentifier(n))) return undefined;
  if (d.name.elements.some((b) => b.dotDotDotToken)) return undefined;
  return `import:${from.text}#${names.map((n) => (n as ts.Identifier).text).join()}`;
}

const variables: Print<ts.VariableDeclarationList> = (p, n, within) => {
  p.word(keywordOf(n));
  for (const d of n.declarations) {
    p.word("(");
    const imported = importedNames(d);
    p.pattern(d.name, within);
    if (imported === undefined) p.emit(d.initializer, within);
    else p.ref(imported);
    p.word(")");
  }
  p.word(")");
};

const loop: Print<ts.ForStatement | ts.ForInStatement | ts.ForOfStatement> = (p, n, within) => {
  const scope = p.scope(within);
  const first = n.initializer;
  if (first && ts.isVariableDeclarationList(first)) p.bind(scope, declaredBy(first));
  p.word(`(${KIND[n.kind]}`);
  if (ts.isForStatement(n)) {
    for (const each of [n.initializer, n.condition, n.incrementor]) {
      p.emit(each, scope);
      p.word(";");
    }
  } else {
    if (ts.isForOfStatement(n) && n.awaitModifier) p.word("await");
    p.emit(n.initializer, scope);
    p.word("of");
    p.emit(n.expression, scope);
  }
  p.emit(n.statement, scope);
  p.word(")");
};

const caught: Print<ts.CatchClause> = (p, n, within) => {
  const scope = p.scope(within);
  p.word("(catch");
  if (n.variableDeclaration) {
    p.bind(scope, boundBy(n.variableDeclaration.name));
    p.pattern(n.variableDeclaration.name, scope);
  }
  p.emit(n.block, scope);
  p.word(")");
};

const cases: Print<ts.CaseBlock> = (p, n, within) => {
  const scope = p.scope(within);
  for (const clause of n.clauses) p.lexical(clause.statements, scope);
  p.word("(");
  p.each(n.clauses, scope);
  p.word(")");
};

const labelled: Print<ts.LabeledStatement | ts.BreakOrContinueStatement> = (p, n, within) => {
  p.word(`(${KIND[n.kind]}`, n.label?.text ?? "");
  if (ts.isLabeledStatement(n)) p.emit(n.statement, within);
  p.word(")");
};

const unary: Print<ts.PrefixUnaryExpression | ts.PostfixUnaryExpression> = (p, n, within) => {
  if (n.operator === K.PlusPlusToken || n.operator === K.MinusMinusToken) {
    p.assigns(n.operand, within);
  }
  p.word(`(${KIND[n.kind]}${KIND[n.operator]}`);
  p.emit(n.operand, within);
  p.word(")");
};

const binary: Print<ts.BinaryExpression> = (p, n, within) => {
  const operator = n.operatorToken.kind;
  const assigns = operator >= K.FirstAssignment && operator <= K.LastAssignment;
  if (assigns) p.assigns(n.left, within);
  p.word(`(${KIND[operator]}`);
  p.emit(n.left, within);
  p.emit(n.right, within);
  p.word(")");
};

/** An optional chain that goes on is another one than an optional chain that begins. */
const element: Print<ts.ElementAccessExpression> = (p, n, within) => {
  p.word(`(${KIND[n.kind]}`);
  if (n.flags & ts.NodeFlags.OptionalChain) p.word(n.questionDotToken ? "?." : "~.");
  p.emit(n.expression, within);
  p.emit(n.argumentExpression, within);
  p.word(")");
};

const jsxTag: Print<ts.JsxOpeningLikeElement> = (p, n, within) => {
  const isPlain = ts.isIdentifier(n.tagName) && /^[a-z]/.test(n.tagName.text);
  p.word("(jsx");
  if (isPlain) p.word(n.tagName.text);
  else p.emit(n.tagName, within);
  p.emit(n.attributes, within);
  p.word(")");
};

const jsxAttribute: Print<ts.JsxAttribute> = (p, n, within) => {
  p.word("(attr", n.name.getText(p.file.source));
  p.emit(n.initializer, within);
  p.word(")");
};

/** By kind of node. */
export const CODE: Prints = {
  [K.Identifier]: ((p, n, within) => p.name(n.text, within, n)) satisfies Print<ts.Identifier>,
  [K.ParenthesizedExpression]: inner,
  [K.AsExpression]: inner,
  [K.SatisfiesExpression]: inner,
  [K.NonNullExpression]: inner,
  [K.TypeAssertionExpression]: inner,
  [K.ExpressionWithTypeArguments]: inner,
  [K.StringLiteral]: text,
  [K.NoSubstitutionTemplateLiteral]: text,
  [K.JsxText]: text,
  [K.PrivateIdentifier]: text,
  [K.TemplateHead]: text,
  [K.TemplateMiddle]: text,
  [K.TemplateTail]: text,
  [K.NumericLiteral]: ((p, n) => p.word(String(+n.text))) satisfies Print<ts.NumericLiteral>,
  [K.BigIntLiteral]: verbatim,
  [K.RegularExpressionLiteral]: verbatim,
  [K.Block]: block,
  [K.VariableDeclarationList]: variables,
  [K.ForStatement]: loop,
  [K.ForInStatement]: loop,
  [K.ForOfStatement]: loop,
  [K.CatchClause]: caught,
  [K.CaseBlock]: cases,
  [K.LabeledStatement]: labelled,
  [K.BreakStatement]: labelled,
  [K.ContinueStatement]: labelled,
  [K.PrefixUnaryExpression]: unary,
  [K.PostfixUnaryExpression]: unary,
  [K.BinaryExpression]: binary,
  [K.ElementAccessExpression]: element,
  [K.JsxOpeningElement]: jsxTag,
  [K.JsxSelfClosingElement]: jsxTag,
  [K.JsxAttribute]: jsxAttribute,
};
