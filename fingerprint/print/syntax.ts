/**
 * What about a tree does not depend on where it stands: kinds that say nothing, names that a pattern binds.
 *
 * @module
 */
import ts from "typescript";

const K = ts.SyntaxKind;

/** Names of kinds; numbers differ between versions of TypeScript and are never hashed. */
export const KIND: readonly string[] = (() => {
  const names: string[] = [];
  for (const [name, kind] of Object.entries(K)) {
    if (typeof kind === "number" && !/^(First|Last)/.test(name)) names[kind] ??= name;
  }
  return names;
})();

/** Modifiers that are types, or say who may see a name. */
export const SILENT_MODIFIERS: ReadonlySet<ts.SyntaxKind> = new Set([
  K.PublicKeyword,
  K.PrivateKeyword,
  K.ProtectedKeyword,
  K.ReadonlyKeyword,
  K.AbstractKeyword,
  K.OverrideKeyword,
  K.DeclareKeyword,
  K.ExportKeyword,
  K.DefaultKeyword,
  K.ConstKeyword,
  K.InKeyword,
  K.OutKeyword,
]);

/** Nodes that compute nothing. */
export const SILENT: ReadonlySet<ts.SyntaxKind> = new Set([
  K.QuestionToken,
  K.ExclamationToken,
  K.ColonToken,
  K.EqualsGreaterThanToken,
  K.EndOfFileToken,
  K.SemicolonClassElement,
  K.EmptyStatement,
  K.InterfaceDeclaration,
  K.TypeAliasDeclaration,
  K.TypeParameter,
  K.IndexSignature,
]);

/** Whether a node has a modifier. */
export const has = (node: ts.Node, kind: ts.SyntaxKind): boolean =>
  !!(node as { readonly modifiers?: readonly ts.Node[] }).modifiers?.some((m) => m.kind === kind);

/** The expression below parentheses and what only the type checker reads. */
export function bare(e: ts.Expression): ts.Expression {
  while (
    ts.isParenthesizedExpression(e) || ts.isAsExpression(e) || ts.isSatisfiesExpression(e) ||
    ts.isNonNullExpression(e) || ts.isTypeAssertionExpression(e)
  ) e = e.expression;
  return e;
}

/** The names that a pattern binds. */
export function boundBy(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((e) => ts.isBindingElement(e) ? boundBy(e.name) : []);
}

/** The names of a list of declarations. */
export const declaredBy = (list: ts.VariableDeclarationList): string[] =>
  list.declarations.flatMap((d) => boundBy(d.name));

/** Functions, classes and enumerations: statements that bind one name. */
export function isNamed(
  s: ts.Statement,
): s is ts.FunctionDeclaration | ts.ClassDeclaration | ts.EnumDeclaration {
  return ts.isFunctionDeclaration(s) || ts.isClassDeclaration(s) || ts.isEnumDeclaration(s);
}

/** Text with the line ends of Unix, which is what a template literal holds at run time. */
export const unix = (text: string): string => text.replaceAll("\r\n", "\n");

/** A file as a tree, without its comments. */
export const parse = (path: string, text: string): ts.SourceFile =>
  ts.createSourceFile(
    path,
    text,
    {
      languageVersion: ts.ScriptTarget.Latest,
      jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
    },
    false,
  );
