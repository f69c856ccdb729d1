/**
 * One-token mutations of real code that change what it computes.
 *
 * @module
 */
import ts from "typescript";

/** A place in a text and what is written there instead. */
export interface Mutation {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

const OPERATORS: Readonly<Record<string, string>> = {
  "+": "-",
  "-": "+",
  "*": "/",
  "<": "<=",
  ">": ">=",
  "===": "!==",
  "&&": "||",
  "=": "+=",
  "??": "||",
};

/** Parts of a tree that compute nothing. */
function isSilent(n: ts.Node, source: ts.SourceFile): boolean {
  if (ts.isTypeNode(n) && !ts.isExpressionWithTypeArguments(n)) return true;
  if (ts.isFunctionLike(n) && !(n as ts.FunctionLikeDeclaration).body) return true;
  const modifiers = (n as { readonly modifiers?: readonly ts.Node[] }).modifiers;
  if (modifiers?.some((m) => m.kind === ts.SyntaxKind.DeclareKeyword)) return true;
  if (ts.isIfStatement(n) && n.expression.getText(source) === "import.meta.main") return true;
  if (ts.isExportDeclaration(n)) return true; // Mostly types; the others are tried by hand.
  if (ts.isHeritageClause(n)) return n.token === ts.SyntaxKind.ImplementsKeyword;
  return ts.isInterfaceDeclaration(n) || ts.isTypeAliasDeclaration(n) ||
    ts.isImportDeclaration(n) || ts.isTypeParameterDeclaration(n) ||
    ts.isIndexSignatureDeclaration(n);
}

function mutationOf(n: ts.Node, source: ts.SourceFile): Mutation | undefined {
  const from = n.getStart(source);
  const whole = (text: string) => ({ from, to: n.end, text });
  const first = (length: number, text: string) => ({ from, to: from + length, text });
  if (ts.isNumericLiteral(n)) return whole("98765");
  if (ts.isStringLiteral(n)) return whole(`"mutated!"`);
  if (ts.isTemplateHead(n)) return { from: from + 1, to: from + 1, text: "M" };
  if (n.kind === ts.SyntaxKind.TrueKeyword) return whole("false");
  if (ts.isPropertyAccessExpression(n)) {
    return { from: n.name.getStart(source), to: n.end, text: "mutated" };
  }
  if (ts.isBinaryExpression(n)) {
    const { operatorToken } = n;
    const text = OPERATORS[operatorToken.getText(source)];
    return text === undefined
      ? undefined
      : { from: operatorToken.getStart(source), to: operatorToken.end, text };
  }
  if (ts.isAwaitExpression(n)) return first("await".length, "!");
  if (ts.isReturnStatement(n) && n.expression) return first("return".length, "throw");
  const negates = ts.isPrefixUnaryExpression(n) &&
    n.operator === ts.SyntaxKind.ExclamationToken;
  return negates ? first(1, "~") : undefined;
}

/** All mutations of a text. */
export function mutationsOf(path: string, text: string): readonly Mutation[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: Mutation[] = [];
  const visit = (n: ts.Node): void => {
    if (isSilent(n, source)) return;
    const mutation = mutationOf(n, source);
    if (mutation) found.push(mutation);
    ts.forEachChild(n, visit);
  };
  visit(source);
  return found;
}

/** Whether a text is still a program. */
export function parses(path: string, text: string): boolean {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false);
  const { parseDiagnostics } = source as unknown as { readonly parseDiagnostics: unknown[] };
  return parseDiagnostics.length === 0;
}

/** The same program as TypeScript itself prints it, without comments. */
export function reprinted(path: string, text: string): string {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const newLine = ts.NewLineKind.CarriageReturnLineFeed;
  return ts.createPrinter({ removeComments: true, newLine }).printFile(source);
}

/** The same program without its types, as TypeScript itself takes them away. */
export function stripped(path: string, text: string): string {
  return ts.transpileModule(text, {
    fileName: path,
    compilerOptions: {
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
      jsx: ts.JsxEmit.Preserve,
      verbatimModuleSyntax: true,
      removeComments: true,
      useDefineForClassFields: true,
    },
  }).outputText;
}
