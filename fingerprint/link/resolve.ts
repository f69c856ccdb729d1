/**
 * What a specifier in a file means: a file of the project, a package, or the engine.
 *
 * @module
 */

/** A file by its path from the root, a package by its specifier, or what is opaque. */
export type Target =
  | { readonly path: string }
  | { readonly outside: string }
  | { readonly engine: true };

/** How specifiers are read. */
export interface ResolveOptions {
  /** The import map. */
  readonly imports: Readonly<Record<string, string>>;
  /** Specifiers of which only the names count. */
  readonly engine: ReadonlySet<string>;
}

/** Reads specifiers. */
export class Resolver {
  readonly #imports: Readonly<Record<string, string>>;
  readonly #engine: ReadonlySet<string>;
  readonly #folders: readonly string[];

  constructor({ imports, engine }: ResolveOptions) {
    this.#imports = imports;
    const paths = [...engine].map((name) => imports[name]).filter((p) => p?.startsWith("./"));
    this.#engine = new Set([...engine, ...paths.map((p) => p!.slice(2))]);
    // The longest first, as the import map wants it.
    this.#folders = Object.keys(imports).filter((k) => k.endsWith("/"))
      .sort((a, b) => b.length - a.length);
  }

  /** What `specifier` in the file `from` means. */
  target(from: string, specifier: string): Target {
    if (this.#engine.has(specifier)) return { engine: true };
    const mapped = this.#mapped(specifier);
    const meant = mapped ?? specifier;
    if (!/^\.\.?\//.test(meant)) return { outside: meant };
    const path = joined(mapped === undefined ? from.split("/").slice(0, -1) : [], meant);
    return this.#engine.has(path) ? { engine: true } : { path };
  }

  #mapped(specifier: string): string | undefined {
    const whole = this.#imports[specifier];
    if (whole !== undefined) return whole;
    const folder = this.#folders.find((f) => specifier.startsWith(f));
    return folder && this.#imports[folder]! + specifier.slice(folder.length);
  }
}

function joined(folder: readonly string[], relative: string): string {
  const parts = [...folder];
  for (const part of relative.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** Whether a path is a module, not data. */
export const isModule = (path: string): boolean => /\.[cm]?[jt]sx?$/.test(path);
