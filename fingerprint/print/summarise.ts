/**
 * One file → its summary: what it imports and exports, and the code of each of its declarations.
 *
 * @module
 */
import ts from "typescript";
import type { Imported, Part, Summary, Unit } from "../summary.ts";
import { Printer } from "./printer.ts";
import { bare, boundBy, declaredBy, has, isNamed, parse } from "./syntax.ts";

const K = ts.SyntaxKind;

/** Name of `export default` of something without a name. */
const DEFAULT = "*default*";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Extra = Pick<Mutable<Unit>, "callee" | "asset" | "outputs" | "isObject">;

/** Reads one file. Its text is parsed, never run. */
export function summarise(path: string, text: string): Summary {
  return new Reader(path, parse(path, text)).read();
}

class Reader {
  readonly #imports: Record<string, Imported> = {};
  readonly #exports: Record<string, Summary["exports"][string]> = {};
  readonly #stars: string[] = [];
  readonly #bare: string[] = [];
  readonly #units: Unit[] = [];
  readonly #effects: [unit: number, about: string | null][] = [];
  readonly #top = new Set<string>();
  /** Units that call something: perhaps only for what it does. */
  readonly #calling: number[] = [];
  readonly #printer: Printer;
  readonly #source: ts.SourceFile;

  constructor(path: string, source: ts.SourceFile) {
    this.#source = source;
    this.#printer = new Printer({ path, source, top: this.#top, imports: this.#imports });
  }

  read(): Summary {
    const { statements } = this.#source;
    // Imports and names first: they hoist.
    for (const s of statements) if (ts.isImportDeclaration(s)) this.#import(s);
    for (const s of statements) this.#declares(s).forEach((name) => this.#top.add(name));
    for (const s of statements) this.#statement(s);
    this.#unusedCalls();
    return {
      imports: this.#imports,
      exports: this.#exports,
      stars: this.#stars,
      bare: this.#bare,
      units: this.#units,
      effects: this.#effects,
    };
  }

  #import(s: ts.ImportDeclaration): void {
    const from = (s.moduleSpecifier as ts.StringLiteral).text;
    const type = s.attributes?.elements.find((e) => e.name.text === "type")?.value;
    const clause = s.importClause;
    if (!clause) this.#bare.push(from);
    if (!clause || clause.isTypeOnly) return;
    const add = (local: string, name: string) => {
      this.#imports[local] = type ? [from, name, (type as ts.StringLiteral).text] : [from, name];
    };
    if (clause.name) add(clause.name.text, "default");
    const named = clause.namedBindings;
    if (named && ts.isNamespaceImport(named)) add(named.name.text, "*");
    if (!named || !ts.isNamedImports(named)) return;
    for (const e of named.elements) {
      if (!e.isTypeOnly) add(e.name.text, (e.propertyName ?? e.name).text);
    }
  }

  #declares(s: ts.Statement): readonly string[] {
    if (has(s, K.DeclareKeyword)) return []; // Ambient: a global.
    if (ts.isVariableStatement(s)) return declaredBy(s.declarationList);
    if (ts.isExportAssignment(s)) return [DEFAULT];
    return (isNamed(s) || ts.isModuleDeclaration(s)) && s.name ? [s.name.text] : [];
  }

  #statement(s: ts.Statement): void {
    if (has(s, K.DeclareKeyword) || isSilent(s)) return;
    if (ts.isVariableStatement(s)) {
      return s.declarationList.declarations.forEach((d) => this.#variable(s, d));
    }
    if (isNamed(s) || ts.isModuleDeclaration(s)) {
      if (ts.isFunctionDeclaration(s) && !s.body) return;
      const names = [s.name?.text ?? DEFAULT];
      this.#export(s, names);
      this.#unit(names, () => [this.#whole(s)]);
      return;
    }
    if (ts.isExportAssignment(s)) {
      this.#exports["default"] = [DEFAULT];
      this.#declared([DEFAULT], s.expression);
      return;
    }
    if (ts.isExportDeclaration(s)) return this.#exportFrom(s);
    this.#effect(s);
  }

  #variable(s: ts.VariableStatement, d: ts.VariableDeclaration): void {
    const names = boundBy(d.name);
    this.#export(s, names);
    if (!d.initializer) {
      const print = () => this.#printer.word("undefined");
      this.#unit(names, () => [this.#printer.part("", print)]);
      return;
    }
    const pattern = ts.isIdentifier(d.name) ? undefined : d.name;
    const unit = this.#declared(names, d.initializer, pattern);
    const e = bare(d.initializer);
    const calls = ts.isCallExpression(e) || ts.isNewExpression(e) || ts.isAwaitExpression(e);
    if (calls) this.#calling.push(unit);
  }

  #export(s: ts.Statement, names: readonly string[]): void {
    if (!has(s, K.ExportKeyword)) return;
    const isDefault = has(s, K.DefaultKeyword);
    for (const name of names) this.#exports[isDefault ? "default" : name] = [name];
  }

  #exportFrom(s: ts.ExportDeclaration): void {
    if (s.isTypeOnly) return;
    const from = (s.moduleSpecifier as ts.StringLiteral | undefined)?.text;
    const clause = s.exportClause;
    if (!clause) return void this.#stars.push(from!);
    if (ts.isNamespaceExport(clause)) {
      this.#exports[clause.name.text] = [from!, "*"];
      return;
    }
    for (const e of clause.elements) {
      const name = (e.propertyName ?? e.name).text;
      if (!e.isTypeOnly) {
        this.#exports[e.name.text] = from === undefined ? [name] : [from, name];
      }
    }
  }

  #whole(node: ts.Node): Part {
    return this.#printer.part("", () => this.#printer.emit(node, undefined));
  }

  #unit(names: readonly string[], parts: () => Part[], extra: Extra = {}): number {
    const p = this.#printer;
    p.fresh();
    const unit: Mutable<Unit> = { names, parts: parts(), ...extra };
    if (p.writes.size > 0) unit.writes = [...p.writes];
    if (p.warnings.length > 0) unit.warnings = p.warnings;
    return this.#units.push(unit) - 1;
  }

  /**
   * A value. Of `f({…})` and `{…}` one part for each option, so that those that say nothing about the value can be
   * left out once it is known what `f` is.
   */
  #declared(names: readonly string[], value: ts.Expression, pattern?: ts.BindingName): number {
    const e = bare(value);
    if (ts.isObjectLiteralExpression(e) && !pattern) {
      return this.#unit(names, () => this.#options(e), { isObject: true });
    }
    const call = ts.isCallExpression(e) ? e : undefined;
    const callee = call && calleeOf(call);
    const last = call?.arguments.at(-1);
    const options = last && bare(last);
    if (!call || !callee || !options || !ts.isObjectLiteralExpression(options)) {
      return this.#unit(names, () => [this.#patterned(e, pattern)]);
    }
    const head = this.#headOf(call, pattern);
    return this.#unit(names, () => [head(), ...this.#options(options)], {
      callee,
      ...namesIn(options),
    });
  }

  #patterned(e: ts.Expression, pattern: ts.BindingName | undefined): Part {
    const p = this.#printer;
    return p.part("", () => {
      if (pattern) p.pattern(pattern, undefined);
      p.emit(e, undefined);
    });
  }

  /** The callee and the arguments before the options. */
  #headOf(call: ts.CallExpression, pattern: ts.BindingName | undefined): () => Part {
    const p = this.#printer;
    return () =>
      p.part("()", () => {
        if (pattern) p.pattern(pattern, undefined);
        p.emit(call.expression, undefined);
        p.each(call.arguments.slice(0, -1), undefined);
      });
  }

  #options(o: ts.ObjectLiteralExpression): Part[] {
    return o.properties.map((property) => {
      const named = property.name && !ts.isComputedPropertyName(property.name);
      // A spread of a plain name can be opened; every other one counts as it is.
      const name = ts.isSpreadAssignment(property) && ts.isIdentifier(bare(property.expression))
        ? "..."
        : named
        ? (property.name as ts.Identifier).text
        : "[]";
      return this.#printer.part(name, () => this.#printer.emit(property, undefined));
    });
  }

  #effect(s: ts.Statement): void {
    // Does not run when imported.
    const isMain = ts.isIfStatement(s) &&
      s.expression.getText(this.#source) === "import.meta.main";
    if (isMain) return;
    const about = aboutOf(s);
    const unit = this.#unit([], () => {
      this.#foreign(s, about);
      const scope = this.#printer.scope(undefined);
      return [this.#printer.part("", () => this.#printer.emit(s, scope))];
    });
    this.#effects.push([unit, about !== undefined && this.#top.has(about) ? about : null]);
  }

  /** Warns of a statement that assigns what is not of this file. */
  #foreign(s: ts.Statement, about: string | undefined): void {
    if (about === undefined || this.#top.has(about)) return;
    if (!ts.isExpressionStatement(s) || !ts.isBinaryExpression(bare(s.expression))) return;
    const imported = Object.hasOwn(this.#imports, about);
    const what = imported
      ? `changes ${about}, which another module exports: its users do not see this change`
      : `changes the global ${about}: only assets of this module and of those that import it for ` +
        `its effect see this change`;
    this.#printer.warn(s, what);
  }

  /** `const _ = register(…)`: nobody asks for the value, so it was for the effect. */
  #unusedCalls(): void {
    const refs = this.#units.flatMap((u) => u.parts.flatMap((p) => p.refs));
    const used = new Set([
      ...refs.map((r) => r.split(".")[0]!),
      ...Object.values(this.#exports).map((e) => e[0]),
    ]);
    for (const i of this.#calling) {
      const unit = this.#units[i]!;
      const isUsed = unit.asset !== undefined || unit.names.some((n) => used.has(n));
      if (!isUsed && unit.names.length > 0) this.#effects.push([i, null]);
    }
  }
}

/** Statements that compute nothing, or were read before. */
const isSilent = (s: ts.Statement) =>
  ts.isInterfaceDeclaration(s) || ts.isTypeAliasDeclaration(s) || ts.isImportDeclaration(s) ||
  s.kind === K.EmptyStatement;

/** `f` or `ns.f`. */
function calleeOf({ expression: f }: ts.CallExpression): string | undefined {
  if (ts.isIdentifier(f)) return f.text;
  const isMember = ts.isPropertyAccessExpression(f) && ts.isIdentifier(f.expression);
  return isMember ? `${(f.expression as ts.Identifier).text}.${f.name.text}` : undefined;
}

/** The literal options `name` and `outputs`. */
function namesIn(o: ts.ObjectLiteralExpression): Pick<Unit, "asset" | "outputs"> {
  const valueOf = (name: string) => {
    const found = o.properties.find((p) =>
      ts.isPropertyAssignment(p) && ts.isIdentifier(p.name) && p.name.text === name
    );
    return found && bare((found as ts.PropertyAssignment).initializer);
  };
  const name = valueOf("name");
  const outputs = valueOf("outputs");
  const list = outputs && ts.isArrayLiteralExpression(outputs) ? outputs.elements : [];
  const names = [...list].filter(ts.isStringLiteralLike).map((e) => e.text);
  return {
    ...(name && ts.isStringLiteralLike(name) ? { asset: name.text } : {}),
    ...(names.length > 0 ? { outputs: names } : {}),
  };
}

/** The name whose value a statement changes: `m` of `m.set(1, 2)` and of `m.x = 1`. */
function aboutOf(s: ts.Statement): string | undefined {
  if (!ts.isExpressionStatement(s)) return undefined;
  let about: ts.Node | undefined = bare(s.expression);
  if (ts.isBinaryExpression(about)) about = about.left;
  else if (ts.isCallExpression(about)) {
    about = ts.isPropertyAccessExpression(about.expression) ? about.expression : undefined;
  }
  while (about && (ts.isPropertyAccessExpression(about) || ts.isElementAccessExpression(about))) {
    about = about.expression;
  }
  return about && ts.isIdentifier(about) ? about.text : undefined;
}
