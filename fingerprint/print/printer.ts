/**
 * Prints a tree as the words that decide what it computes: without types, comments and layout, locals
 * numbered instead of named, and names of the file listed apart.
 *
 * @module
 */
import ts from "typescript";
import { sha } from "../sha.ts";
import type { Imported, Part, Warning } from "../summary.ts";
import { CALLS } from "./calls.ts";
import { CODE } from "./code.ts";
import { DECLARATIONS } from "./declarations.ts";
import {
  bare,
  boundBy,
  declaredBy,
  has,
  isNamed,
  KIND,
  SILENT,
  SILENT_MODIFIERS,
} from "./syntax.ts";

const K = ts.SyntaxKind;

/** Names of a function or block, by the order in which they are bound. */
export interface Scope {
  /** The scope around it. */
  readonly up: Scope | undefined;
  /** Numbers by name. */
  readonly names: Map<string, number>;
}
/** Where something stands: in a scope, or at the top of the file. */
export type Within = Scope | undefined;

/** Prints nodes of one kind. */
export type Print<N extends ts.Node = ts.Node> = (p: Printer, node: N, within: Within) => void;
/** Printers by kind of node. */
export type Prints = { readonly [kind: number]: Print<never> };

const PRINTS: Prints = { ...CODE, ...CALLS, ...DECLARATIONS };

/** What a printer knows of its file. */
export interface FileNames {
  /** Path of the file. */
  readonly path: string;
  /** Its tree. */
  readonly source: ts.SourceFile;
  /** Names that it declares at the top. */
  readonly top: ReadonlySet<string>;
  /** Names that it imports. */
  readonly imports: Readonly<Record<string, Imported>>;
}

/** Prints the trees of one file, part by part. */
export class Printer {
  /** Bindings of the file that were assigned since the last {@linkcode Printer.fresh}. */
  writes = new Set<string>();
  /** What could not be seen since then. */
  warnings: Warning[] = [];
  #out: string[] = [];
  #refs: string[] = [];
  #seen = new Map<string, number>();
  #next = 0;

  constructor(readonly file: FileNames) {}

  /** Begins a unit. */
  fresh(): void {
    this.writes = new Set();
    this.warnings = [];
  }

  /** What `print` writes, as a part. */
  part(option: string, print: () => void): Part {
    this.#out = [];
    this.#refs = [];
    this.#seen = new Map();
    this.#next = 0;
    print();
    return { option, hash: sha(this.#out.join(" ")), refs: this.#refs };
  }

  /** Writes words. */
  word(...words: string[]): void {
    this.#out.push(...words);
  }

  /** Notes something that the fingerprint cannot see. */
  warn(node: ts.Node, what: string): void {
    const { source, path } = this.file;
    const { line } = source.getLineAndCharacterOfPosition(
      node.pos + leading(source.text, node.pos),
    );
    this.warnings.push({ at: `${path}:${line + 1}`, what });
  }

  /** Refers to something outside of the unit, by the order of use. */
  ref(name: string): void {
    let place = this.#seen.get(name);
    if (place === undefined) this.#seen.set(name, place = this.#refs.push(name) - 1);
    this.word(`#${place}`);
  }

  /** A scope below another one. */
  scope(up: Within): Scope {
    return { up, names: new Map() };
  }

  /** Binds names in a scope. */
  bind(scope: Scope, names: readonly string[]): void {
    for (const name of names) if (!scope.names.has(name)) scope.names.set(name, this.#next++);
  }

  /** The number of a local name; undefined for one of the file or a global one. */
  local(name: string, within: Within): number | undefined {
    for (let at = within; at; at = at.up) {
      const number = at.names.get(name);
      if (number !== undefined) return number;
    }
    return undefined;
  }

  /** Writes a name: a number for a local, a reference for one of the file, itself for a global. */
  name(name: string, within: Within, node?: ts.Node): void {
    const number = this.local(name, within);
    if (number !== undefined) return this.word(`$${number}`);
    if (this.file.top.has(name) || Object.hasOwn(this.file.imports, name)) return this.ref(name);
    this.word(`@${name}`);
    if (node && (name === "eval" || name === "Function")) {
      this.warn(node, `${name} runs code that cannot be followed: import it instead`);
    }
  }

  /** Writes all of a list. */
  each(list: readonly ts.Node[] | undefined, within: Within): void {
    list?.forEach((node) => this.emit(node, within));
  }

  /** Writes a node and what is below it. */
  emit(node: ts.Node | undefined, within: Within): void {
    if (!node || SILENT.has(node.kind) || has(node, K.DeclareKeyword)) return;
    const print = PRINTS[node.kind] as Print | undefined;
    if (print) return print(this, node, within);
    if (ts.isModifier(node)) {
      if (!SILENT_MODIFIERS.has(node.kind)) this.word(KIND[node.kind]!);
      return;
    }
    if (ts.isTypeNode(node) && node.kind !== K.NullKeyword) return;
    if (ts.isFunctionLike(node)) return; // Signatures: those with a body have printers.
    this.word(`(${KIND[node.kind]}`);
    ts.forEachChild(node, (child) => this.emit(child, within));
    this.word(")");
  }

  /** Writes the name of a property. */
  property(name: ts.PropertyName, within: Within): void {
    if (!ts.isComputedPropertyName(name)) return this.word(`.${JSON.stringify(name.text)}`);
    const e = bare(name.expression);
    if (ts.isStringLiteral(e)) return this.word(`.${JSON.stringify(e.text)}`);
    this.word("[");
    this.emit(e, within);
    this.word("]");
  }

  /** Writes a pattern whose names are bound already; those of the file are a place, not a name. */
  pattern(name: ts.BindingName, within: Within): void {
    if (ts.isIdentifier(name)) return within ? this.name(name.text, within) : this.word("$top");
    const isObject = ts.isObjectBindingPattern(name);
    this.word(isObject ? "({" : "([");
    for (const e of name.elements) {
      if (!ts.isBindingElement(e)) {
        this.word("_");
        continue;
      }
      if (e.dotDotDotToken) this.word("...");
      else if (isObject) this.property(e.propertyName ?? e.name as ts.Identifier, within);
      this.pattern(e.name, within);
      this.initializer(e.initializer, within);
      this.word(",");
    }
    this.word(")");
  }

  /** Writes a default value. */
  initializer(e: ts.Expression | undefined, within: Within): void {
    if (!e) return;
    this.word("=");
    this.emit(e, within);
  }

  /** Notes that a binding of the file is assigned. */
  assigns(target: ts.Expression, within: Within): void {
    const e = bare(target);
    if (!ts.isIdentifier(e) || !this.file.top.has(e.text)) return;
    if (this.local(e.text, within) === undefined) this.writes.add(e.text);
  }

  /** Binds what statements declare in their block. */
  lexical(list: readonly ts.Statement[], scope: Scope): void {
    for (const s of list) {
      if (ts.isVariableStatement(s)) this.bind(scope, declaredBy(s.declarationList));
      else if (isNamed(s) && s.name) this.bind(scope, [s.name.text]);
    }
  }

  /** Binds the `var`s of a function. */
  hoist(node: ts.Node, scope: Scope): void {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
    if (ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.BlockScoped)) {
      for (const d of node.declarations) this.bind(scope, boundBy(d.name));
    }
    if (ts.isExpressionStatement(node)) return;
    ts.forEachChild(node, (child) => this.hoist(child, scope));
  }

  /** Writes the body of a function; an expression is the block that returns it. */
  body(node: ts.Node | undefined, scope: Scope): void {
    if (!node) return;
    if (ts.isBlock(node)) {
      this.hoist(node, scope);
      this.lexical(node.statements, scope);
      return this.each(node.statements, scope);
    }
    this.word("(ReturnStatement");
    this.emit(node, scope);
    this.word(")");
  }
}

/** Characters of space before a node; comments are not worth reading for a line number. */
function leading(text: string, from: number): number {
  let to = from;
  while (/\s/.test(text[to] ?? "")) to++;
  return to - from;
}
