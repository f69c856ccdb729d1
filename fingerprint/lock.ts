/**
 * What `deno.lock` (version 5) says of a package: the version that is locked, and the content of it and of
 * everything below it.
 *
 * @module
 */
import { sha } from "./sha.ts";

/** The parts of the file that are read. */
export interface LockFile {
  /** Locked versions by specifier, `npm:zod@^4` → `4.6.7`. */
  readonly specifiers?: Readonly<Record<string, string>>;
  /** Packages by name and version. */
  readonly npm?: Readonly<Record<string, Locked>>;
  /** Packages of jsr by name and version. */
  readonly jsr?: Readonly<Record<string, Locked>>;
  /** Modules by address. */
  readonly remote?: Readonly<Record<string, string>>;
}

/** One locked package. */
export interface Locked {
  /** Hash of its content. */
  readonly integrity?: string;
  /** Packages that it needs, `zod` or `zod@4.6.7`. */
  readonly dependencies?: readonly string[];
  /** Packages that it uses where they are. */
  readonly optionalDependencies?: readonly string[];
}

/** A package as a fingerprint sees it. */
export interface Package {
  /** Who it is without its version, `npm:zod` or `npm:hono/jsx`. */
  readonly id: string;
  /** Version and content. */
  readonly own: string;
  /** What is wrong, if it is not locked. */
  readonly warning?: string;
}

/** Reads locked packages; answers are kept. */
export class Lock {
  readonly #file: LockFile;
  readonly #known = new Map<string, Package>();
  #byName: Map<string, string[]> | undefined;

  constructor(file: LockFile) {
    this.#file = file;
  }

  /** The package that a specifier means: `npm:…`, `jsr:…`, `https:…`, `node:…`. */
  find(specifier: string): Package {
    const before = this.#known.get(specifier);
    if (before) return before;
    const found = this.#find(specifier);
    this.#known.set(specifier, found);
    return found;
  }

  #find(specifier: string): Package {
    if (specifier.startsWith("node:")) return { id: specifier, own: specifier };
    if (/^https?:/.test(specifier)) {
      const hash = this.#file.remote?.[specifier];
      return hash === undefined ? unlocked(specifier) : { id: specifier, own: hash };
    }
    const parsed = /^(npm|jsr):\/?((?:@[^/]+\/)?[^/@]+)(@[^/]+)?(\/.*)?$/.exec(specifier);
    if (!parsed) {
      const warning = `"${specifier}" is not in the import map and cannot be followed`;
      return { id: specifier, own: specifier, warning };
    }
    const [, registry, name, range = "@*", below = ""] = parsed as unknown as string[];
    const locked = this.#file.specifiers;
    const version = locked?.[`${registry}:${name}${range}`] ?? locked?.[`${registry}:${name}`];
    if (version === undefined) return unlocked(specifier);
    const all = this.#below(registry as "npm" | "jsr", `${name}@${version}`);
    const plain = version.split("_")[0];
    return { id: `${registry}:${name}${below}`, own: `${plain} ${sha(all.join("\n"))}` };
  }

  /** A package and all that it needs, each with its content. */
  #below(registry: "npm" | "jsr", first: string): readonly string[] {
    const packages = this.#file[registry] ?? {};
    const seen = new Set<string>();
    const walk = (id: string) => {
      const full = this.#full(packages, id);
      if (seen.has(full)) return;
      seen.add(full);
      packages[full]?.dependencies?.forEach(walk);
      packages[full]?.optionalDependencies?.forEach(walk);
    };
    walk(first);
    return [...seen].sort().map((id) => `${id}=${packages[id]?.integrity ?? ""}`);
  }

  /** Lock files shorten `zod@4.6.7` to `zod` where there is one version only. */
  #full(packages: NonNullable<LockFile["npm"]>, id: string): string {
    if (packages[id]) return id;
    this.#byName ??= Map.groupBy(
      [...Object.keys(this.#file.npm ?? {}), ...Object.keys(this.#file.jsr ?? {})],
      (key) => key.slice(0, key.indexOf("@", 1)),
    );
    const at = id.indexOf("@", 1);
    const name = at < 0 ? id : id.slice(0, at);
    const all = this.#byName.get(name) ?? [];
    return all.find((key) => at < 0 || key.startsWith(`${id}_`)) ?? id;
  }
}

function unlocked(specifier: string): Package {
  const warning = `"${specifier}" is not in deno.lock: what it is may change unnoticed`;
  return { id: specifier, own: specifier, warning };
}
