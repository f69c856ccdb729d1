/**
 * What one file says about itself: plain JSON, so that it can be kept by the content of the file.
 *
 * @module
 */

/** Something that the fingerprint does not see, and where. */
export interface Warning {
  /** `assets/x.ts:12`. */
  readonly at: string;
  /** What it is and what would be right. */
  readonly what: string;
}

/** A piece of a unit: the whole of it, or one option of a call `f({...})`. */
export interface Part {
  /** Name of the option, `()` for callee and other arguments, `...` for a spread, empty for the whole. */
  readonly option: string;
  /** Hash of the printed tree. */
  readonly hash: string;
  /** What it refers to, in order of use: `name`, `namespace.name`, `import:./x.ts`, `file:./q.sql`. */
  readonly refs: readonly string[];
}

/** One declaration or statement at the top of a file. */
export interface Unit {
  /** What it declares; a statement declares nothing. */
  readonly names: readonly string[];
  /** Its code. */
  readonly parts: readonly Part[];
  /** The function whose result it is, if it is a call with options. */
  readonly callee?: string;
  /** The literal option `name`. */
  readonly asset?: string;
  /** The literal option `outputs`. */
  readonly outputs?: readonly string[];
  /** Whether its parts are the properties of an object, which a declaration may spread. */
  readonly isObject?: true;
  /** The bindings of the file that it assigns. */
  readonly writes?: readonly string[];
  /** What cannot be seen in it. */
  readonly warnings?: readonly Warning[];
}

/** What is imported under a local name; `*` is the whole module. */
export type Imported = readonly [specifier: string, name: string, type?: string];

/** One file. */
export interface Summary {
  /** By local name. */
  readonly imports: Readonly<Record<string, Imported>>;
  /** By exported name: a local one, or one of another module. */
  readonly exports: Readonly<
    Record<string, readonly [local: string] | readonly [specifier: string, name: string]>
  >;
  /** `export * from`. */
  readonly stars: readonly string[];
  /** Imported for the effect alone. */
  readonly bare: readonly string[];
  /** Declarations and statements, in order. */
  readonly units: readonly Unit[];
  /** Statements: their units, and the binding they are about if there is one. */
  readonly effects: readonly (readonly [unit: number, about: string | null])[];
}

/** Something that a file refers to, and as what it is imported. */
export interface Mention {
  /** `./x.ts`, `npm:zod`. */
  readonly specifier: string;
  /** `json` or `text` by an import attribute. */
  readonly type?: string;
}

/** Modules and files that a file refers to: what has to be read before it can be linked. */
export function mentioned(summary: Summary): readonly Mention[] {
  const refs = summary.units.flatMap((u) => u.parts.flatMap((p) => p.refs));
  const exported = Object.values(summary.exports).flatMap((e) => e.length === 2 ? [e[0]] : []);
  const named = refs.flatMap((ref) => {
    if (ref.startsWith("import:")) return [ref.slice("import:".length).split("#")[0]!];
    return ref.startsWith("file:") ? [ref.slice("file:".length)] : [];
  });
  return [
    ...Object.values(summary.imports).map(([specifier, , type]) =>
      type === undefined ? { specifier } : { specifier, type }
    ),
    ...[...exported, ...summary.stars, ...summary.bare, ...named].map((specifier) => ({
      specifier,
    })),
  ];
}
