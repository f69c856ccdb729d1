/**
 * Everything that a project's entries reach, read once.
 *
 * @module
 */
import { mentioned, type Summary } from "../summary.ts";
import { isModule, type Resolver } from "./resolve.ts";

/** What was read. */
export interface Sources {
  /** Modules by path. */
  readonly modules: ReadonlyMap<string, Summary>;
  /** Other files by path: JSON, SQL, text. */
  readonly data: ReadonlyMap<string, string>;
  /** How specifiers are read. */
  readonly resolver: Resolver;
}

/** How files are read. */
export interface Reading {
  /** Modules from which everything is reached. */
  readonly entries: readonly string[];
  /** How specifiers are read. */
  readonly resolver: Resolver;
  /** The text of a file; undefined if there is none. */
  text(path: string): string | undefined;
  /** The summary of a module. */
  summary(path: string, text: string): Promise<Summary> | Summary;
}

/** Reads the entries and what they import, by path. */
export async function readSources(o: Reading): Promise<Sources> {
  const modules = new Map<string, Summary>();
  const data = new Map<string, string>();
  const seen = new Set(o.entries);
  const queue = [...o.entries];
  const want = (path: string) => {
    if (!seen.has(path)) queue.push(path);
    seen.add(path);
  };
  for (const path of queue) {
    const text = o.text(path);
    if (text === undefined) continue;
    if (!isModule(path)) {
      data.set(path, text);
      continue;
    }
    const found = o.summary(path, text);
    const summary = found instanceof Promise ? await found : found;
    modules.set(path, summary);
    for (const { specifier, type } of mentioned(summary)) {
      const to = o.resolver.target(path, specifier);
      if (!("path" in to)) continue;
      if (type === undefined || !isModule(to.path)) want(to.path);
      else data.set(to.path, o.text(to.path) ?? ""); // A module that is imported as text.
    }
  }
  return { modules, data, resolver: o.resolver };
}
