/**
 * Small projects in memory, and their fingerprints.
 *
 * @module
 */
import { type CodePrint, fingerprints, type LockFile } from "../../fingerprint/mod.ts";

/** Texts by path. */
export type Files = Readonly<Record<string, string>>;

/** Import map of all of them. */
export const imports = {
  engine: "./engine/mod.ts",
  stats: "npm:stats@^1",
  other: "npm:other@1",
  lib: "./lib/mod.ts",
};

/** `stats` needs `deep`; `other` needs nothing. */
export const lock = {
  specifiers: { "npm:stats@^1": "1.2.0", "npm:other@1": "1.0.0" },
  npm: {
    "stats@1.2.0": { integrity: "s1", dependencies: ["deep"] },
    "deep@3.0.0": { integrity: "d1" },
    "other@1.0.0": { integrity: "o1" },
  },
} satisfies LockFile;

/** What differs from a project without surprises. */
export interface Given {
  /** The lock file. */
  readonly lock?: LockFile;
  /** Assets by `file#export` that only running code can see. */
  readonly discovered?: Readonly<Record<string, readonly string[]>>;
  /** Where summaries are kept. */
  readonly cacheDir?: string;
  /** Whether files are read in the other order. */
  readonly reversed?: boolean;
}

/** The fingerprints of some files. */
export function taken(files: Files, o: Given = {}) {
  const own: Record<string, string> = {
    "deno.json": JSON.stringify({ imports }),
    "deno.lock": JSON.stringify(o.lock ?? lock),
  };
  const code = Object.keys(files).filter((path) => path.endsWith(".ts"));
  const discovered = Object.entries(o.discovered ?? {});
  return fingerprints({
    root: "",
    entries: o.reversed ? code.reverse() : code,
    text: (path) => own[path] ?? files[path],
    ...(o.cacheDir === undefined ? {} : { cacheDir: o.cacheDir }),
    assets: discovered.flatMap(([, names]) => names),
    exportsOf: (path) =>
      Promise.resolve(Object.fromEntries(
        discovered.filter(([at]) => at.startsWith(`${path}#`))
          .map(([at, names]) => [at.split("#")[1]!, names]),
      )),
  });
}

/** All that decides whether an asset is stale because of its declaration. */
export const wholeOf = ({ code, parts }: CodePrint): string =>
  [code, parts["config"], parts["deps"]].join(" ");

/** Replaces text in one file; refuses if that changes nothing. */
export function edited(files: Files, path: string, from: string | RegExp, to: string): Files {
  const text = files[path]!.replace(from, () => to);
  if (text === files[path]) throw new Error(`The edit of "${path}" does nothing: ${from}`);
  return { ...files, [path]: text };
}
