/**
 * Printers of functions, classes, objects and enumerations.
 *
 * @module
 */
import ts from "typescript";
import type { Print, Printer, Prints, Scope, Within } from "./printer.ts";
import { boundBy, has, KIND, SILENT_MODIFIERS } from "./syntax.ts";

const K = ts.SyntaxKind;

function parameter(p: Printer, n: ts.ParameterDeclaration, scope: Scope, within: Within): void {
  p.word("(p");
  p.each(ts.getDecorators(n), within);
  // `constructor(private x)` declares a field.
  if (n.modifiers?.some((m) => SILENT_MODIFIERS.has(m.kind))) {
    p.word("property", (n.name as ts.Identifier).text);
  }
  if (n.dotDotDotToken) p.word("...");
  p.pattern(n.name, scope);
  p.initializer(n.initializer, scope);
  p.word(")");
}

const isThis = (n: ts.ParameterDeclaration) => ts.isIdentifier(n.name) && n.name.text === "this";

const fn: Print<ts.FunctionLikeDeclaration> = (p, n, within) => {
  if (!n.body) return; // An overload, abstract, or ambient.
  p.word(`(${KIND[n.kind]}`);
  p.each(n.modifiers, within);
  if (n.asteriskToken) p.word("*");
  const scope = p.scope(within);
  if (ts.isFunctionExpression(n)) {
    if (n.name) p.bind(scope, [n.name.text]);
  } else if (ts.isFunctionDeclaration(n)) {
    if (n.name && within) p.name(n.name.text, within);
  } else if (n.name) p.property(n.name, within);
  const parameters = n.parameters.filter((each) => !isThis(each)); // `this: T` is a type.
  for (const each of parameters) p.bind(scope, boundBy(each.name));
  for (const each of parameters) parameter(p, each, scope, within);
  p.body(n.body, scope);
  p.word(")");
};

const classLike: Print<ts.ClassLikeDeclaration> = (p, n, within) => {
  const scope = p.scope(within);
  if (n.name && (ts.isClassExpression(n) || !within)) p.bind(scope, [n.name.text]);
  p.word("(Class");
  p.each(n.modifiers, within);
  if (ts.isClassDeclaration(n) && within && n.name) p.name(n.name.text, within);
  p.each(n.heritageClauses, scope);
  p.each(n.members, scope);
  p.word(")");
};

const heritage: Print<ts.HeritageClause> = (p, n, within) => {
  if (n.token !== K.ExtendsKeyword) return;
  p.word("(extends");
  p.each(n.types, within);
  p.word(")");
};

const field: Print<ts.PropertyDeclaration> = (p, n, within) => {
  if (has(n, K.AbstractKeyword)) return;
  p.word("(Field");
  p.each(n.modifiers, within);
  p.property(n.name, within);
  p.emit(n.initializer, within);
  p.word(")");
};

const staticBlock: Print<ts.ClassStaticBlockDeclaration> = (p, n, within) => {
  p.word("(static");
  p.body(n.body, p.scope(within));
  p.word(")");
};

const property: Print<ts.PropertyAssignment> = (p, n, within) => {
  p.word("(:");
  p.property(n.name, within);
  p.emit(n.initializer, within);
  p.word(")");
};

const shorthand: Print<ts.ShorthandPropertyAssignment> = (p, n, within) => {
  p.word("(:", `.${JSON.stringify(n.name.text)}`);
  p.name(n.name.text, within);
  p.initializer(n.objectAssignmentInitializer, within);
  p.word(")");
};

const enumeration: Print<ts.EnumDeclaration> = (p, n, within) => {
  const scope = p.scope(within);
  p.word("(Enum");
  for (const member of n.members) {
    p.property(member.name, within);
    p.emit(member.initializer, scope);
  }
  p.word(")");
};

/** By kind of node. */
export const DECLARATIONS: Prints = {
  [K.FunctionDeclaration]: fn,
  [K.FunctionExpression]: fn,
  [K.ArrowFunction]: fn,
  [K.MethodDeclaration]: fn,
  [K.Constructor]: fn,
  [K.GetAccessor]: fn,
  [K.SetAccessor]: fn,
  [K.ClassDeclaration]: classLike,
  [K.ClassExpression]: classLike,
  [K.HeritageClause]: heritage,
  [K.PropertyDeclaration]: field,
  [K.ClassStaticBlockDeclaration]: staticBlock,
  [K.PropertyAssignment]: property,
  [K.ShorthandPropertyAssignment]: shorthand,
  [K.EnumDeclaration]: enumeration,
};
