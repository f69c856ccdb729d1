/**
 * Names → nodes: follows every reference of a unit through imports and exports to the code behind it.
 *
 * @module
 */
import type { Lock } from "../lock.ts";
import { sha } from "../sha.ts";
import type { Summary, Unit, Warning } from "../summary.ts";
import type { Node, Nodes } from "./merkle.ts";
import { isModule } from "./resolve.ts";
import type { Sources } from "./sources.ts";

/** Functions of the engine whose result is an asset. */
const MAKES_ASSETS = new Set(["asset", "multiAsset", "external"]);
/** Functions of the engine whose result others know by its name. */
const MAKES_NAMED = new Set([...MAKES_ASSETS, "check", "sensor", "schedule", "job"]);

/** A unit and its file. */
export interface Place {
  /** Path of the file. */
  readonly path: string;
  /** Its summary. */
  readonly summary: Summary;
  /** The unit. */
  readonly unit: Unit;
}

/** Names of assets by `file#export`, found when the modules ran. */
export type Discovered = ReadonlyMap<string, readonly string[]>;

/** What a linker works with. */
export interface LinkOptions {
  /** What was read. */
  readonly sources: Sources;
  /** Locked packages. */
  readonly lock: Lock;
  /** Assets that only running code can see. */
  readonly discovered: Discovered;
}

/** Builds the graph, as far as it is asked for. */
export class Linker {
  readonly #nodes = new Map<string, Node>();
  readonly #sources: Sources;
  readonly #lock: Lock;
  readonly #discovered: Discovered;
  readonly #byName = new Map<string, ReadonlyMap<string, readonly number[]>>();
  readonly #kinds = new Map<Unit, string>();

  constructor({ sources, lock, discovered }: LinkOptions) {
    this.#sources = sources;
    this.#lock = lock;
    this.#discovered = discovered;
  }

  /** What was linked. */
  get nodes(): Nodes {
    return this.#nodes;
  }

  /** Adds a node whose references are filled in later. */
  add(id: string, own: string, warnings?: readonly Warning[]): Node {
    const node: Node = { id, own, refs: [], ...(warnings ? { warnings } : {}) };
    this.#nodes.set(id, node);
    return node;
  }

  /** `asset` if a unit declares assets, the name of another function of the engine, or empty. */
  kindOf(place: Place): string {
    const before = this.#kinds.get(place.unit);
    if (before !== undefined) return before;
    this.#kinds.set(place.unit, ""); // A helper that calls itself is no asset.
    const kind = this.#kindOf(place);
    this.#kinds.set(place.unit, kind);
    return kind;
  }

  #kindOf({ path, summary, unit }: Place): string {
    if (unit.names.some((n) => this.#discovered.has(`${path}#${n}`))) return "asset";
    if (unit.callee === undefined) return "";
    const [head, tail] = unit.callee.split(".") as [string, string?];
    const from = summary.imports[head];
    if (!from) return "";
    const id = this.#imported(path, from[0], from[1] === "*" ? tail ?? "*" : from[1]);
    if (!id.startsWith("engine#")) return "";
    const name = id.slice("engine#".length);
    return MAKES_ASSETS.has(name) ? "asset" : name;
  }

  /** The names of the assets that a unit declares. */
  assetsOf({ path, unit }: Place): readonly string[] {
    const found = unit.names.flatMap((n) => this.#discovered.get(`${path}#${n}`) ?? []);
    if (found.length > 0) return found;
    return unit.outputs ?? (unit.asset === undefined ? [] : [unit.asset]);
  }

  /** Where an export is declared, through re-exports. */
  origin(path: string, name: string, seen = new Set<string>()): string | undefined {
    const at = `${path}#${name}`;
    const summary = this.#sources.modules.get(path);
    if (!summary || seen.has(at)) return undefined;
    seen.add(at);
    const own = Object.hasOwn(summary.exports, name) ? summary.exports[name]! : undefined;
    if (own?.length === 1) {
      const from = this.#units(path).has(own[0]) ? undefined : summary.imports[own[0]];
      if (!from) return `${path}#${own[0]}`;
      const to = this.#sources.resolver.target(path, from[0]);
      return "path" in to ? this.origin(to.path, from[1], seen) : undefined;
    }
    const routes = own ? [own] : name === "default" ? [] : summary.stars.map((s) => [s, name]);
    for (const [from, as] of routes) {
      const to = this.#sources.resolver.target(path, from!);
      const found = "path" in to ? this.origin(to.path, as!, seen) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The node that a reference in a file means. */
  target(path: string, ref: string): string {
    if (ref.startsWith("import:")) {
      const [from, names] = ref.slice("import:".length).split("#") as [string, string?];
      return names === undefined
        ? this.#imported(path, from, "*")
        : this.#several(path, from, names.split(","));
    }
    if (ref.startsWith("file:")) {
      const to = this.#sources.resolver.target(path, ref.slice("file:".length));
      return "path" in to ? this.#file(to.path) : this.#leaf(ref, ref);
    }
    const dot = ref.indexOf(".");
    if (dot <= 0) return this.#local(path, ref);
    const from = this.#sources.modules.get(path)!.imports[ref.slice(0, dot)]!;
    return this.#imported(path, from[0], ref.slice(dot + 1));
  }

  /** What the module does to a unit: statements about it or about nothing in particular, writers of its `let`. */
  surroundings({ path, summary, unit }: Place): readonly string[] {
    const refs: string[] = [];
    for (const [effect, about] of summary.effects) {
      if (about !== null && unit.names.includes(about)) refs.push(this.#unit(path, effect));
    }
    summary.units.forEach((other, i) => {
      const writes = other.names.length > 0 && other.writes?.some((n) => unit.names.includes(n));
      if (writes && this.kindOf({ path, summary, unit: other }) !== "asset") {
        refs.push(this.#unit(path, i));
      }
    });
    const acts = summary.bare.length > 0 || summary.effects.some(([, about]) => about === null);
    return unit.names.length > 0 && acts ? [...refs, this.#effects(path)] : refs;
  }

  /** The unit behind a reference, if it is one whole object. */
  objectAt(path: string, ref: string): Place | undefined {
    const summary = this.#sources.modules.get(path)!;
    const units = this.#units(path).get(ref);
    if (!units) {
      const from = summary.imports[ref];
      const to = from && this.#sources.resolver.target(path, from[0]);
      if (!from || !to || !("path" in to)) return undefined;
      const at = this.origin(to.path, from[1]);
      if (at === undefined) return undefined;
      const hash = at.lastIndexOf("#");
      return this.objectAt(at.slice(0, hash), at.slice(hash + 1));
    }
    const unit = summary.units[units[0]!]!;
    return units.length === 1 && unit.isObject ? { path, summary, unit } : undefined;
  }

  #leaf(id: string, own: string, warning?: Warning): string {
    const before = this.#nodes.get(id);
    if (!before) this.add(id, own, warning && [warning]);
    return before && before.own !== own ? this.#leaf(`${id} (${sha(own).slice(0, 6)})`, own) : id;
  }

  #package(path: string, specifier: string, name: string): string {
    const { id, own, warning } = this.#lock.find(specifier);
    const warned = warning === undefined ? undefined : { at: path, what: warning };
    return this.#leaf(`${id}#${name}`, `${own}#${name}`, warned);
  }

  /** The node for `name` of the module `specifier` seen from `path`. */
  #imported(path: string, specifier: string, name: string, type?: string): string {
    const to = this.#sources.resolver.target(path, specifier);
    if ("engine" in to) return this.#leaf(`engine#${name}`, `ext:engine#${name}`);
    if ("outside" in to) return this.#package(path, to.outside, name);
    if (type !== undefined || !isModule(to.path)) return this.#data(to.path);
    if (name === "*") return this.#whole(to.path);
    return this.#exported(to.path, name) ??
      this.#leaf(`missing:${to.path}#${name}`, `missing#${name}`);
  }

  #several(path: string, from: string, names: readonly string[]): string {
    const id = `import:${path}:${from}#${names.join()}`;
    if (this.#nodes.has(id)) return id;
    const node = this.add(id, "import");
    node.refs.push(...names.map((name) => this.#imported(path, from, name)));
    return id;
  }

  /** What `new URL("./x", import.meta.url)` names: the code of a worker, or data. */
  #file(path: string): string {
    return isModule(path) ? this.#whole(path) : this.#data(path);
  }

  #data(path: string): string {
    const id = `data:${path}`;
    if (this.#nodes.has(id)) return id;
    const text = this.#sources.data.get(path);
    if (text === undefined) {
      const what = `"${path}" is named here and cannot be read, so it does not count`;
      return this.#leaf(id, "absent", { at: path, what });
    }
    const canonical = path.endsWith(".json")
      ? JSON.stringify(JSON.parse(text))
      : text.replaceAll("\r\n", "\n");
    return this.#leaf(id, sha(canonical));
  }

  /** All exports of a module, and what it does when it is loaded. */
  #whole(path: string): string {
    const id = `module:${path}`;
    if (this.#nodes.has(id)) return id;
    const node = this.add(id, "");
    const names = new Set<string>();
    const seen = new Set<string>();
    const collect = (at: string) => {
      const summary = this.#sources.modules.get(at);
      if (!summary || seen.has(at)) return;
      seen.add(at);
      Object.keys(summary.exports).forEach((name) => names.add(name));
      for (const star of summary.stars) {
        const to = this.#sources.resolver.target(at, star);
        if ("path" in to) collect(to.path);
        else node.refs.push(this.#imported(at, star, "*"));
      }
    };
    collect(path);
    const sorted = [...names].sort();
    node.own = sorted.join();
    for (const name of sorted) {
      node.refs.push(this.#exported(path, name) ?? this.#leaf("missing", "missing"));
    }
    node.refs.push(this.#effects(path));
    return id;
  }

  #exported(path: string, name: string, seen = new Set<string>()): string | undefined {
    const at = `${path}#${name}`;
    const summary = this.#sources.modules.get(path);
    if (!summary || seen.has(at)) return undefined;
    seen.add(at);
    const own = Object.hasOwn(summary.exports, name) ? summary.exports[name]! : undefined;
    if (own?.length === 1) return this.#local(path, own[0]);
    if (own) {
      const [from, as] = own as readonly [string, string];
      const to = this.#sources.resolver.target(path, from);
      if (!("path" in to)) return this.#imported(path, from, as);
      return as === "*" ? this.#whole(to.path) : this.#exported(to.path, as, seen);
    }
    return name === "default" ? undefined : this.#starred(path, name, seen);
  }

  /** An export by `export *`; packages are asked last. */
  #starred(path: string, name: string, seen: Set<string>): string | undefined {
    const { stars } = this.#sources.modules.get(path)!;
    const outside: string[] = [];
    for (const star of stars) {
      const to = this.#sources.resolver.target(path, star);
      if (!("path" in to)) outside.push(star);
      const found = "path" in to ? this.#exported(to.path, name, seen) : undefined;
      if (found !== undefined) return found;
    }
    if (outside.length === 0) return undefined;
    if (outside.length === 1) return this.#imported(path, outside[0]!, name);
    const id = `one of ${outside.join(" ")}#${name}`;
    if (!this.#nodes.has(id)) {
      const node = this.add(id, "one of");
      node.refs.push(...outside.map((star) => this.#imported(path, star, name)));
    }
    return id;
  }

  #units(path: string): ReadonlyMap<string, readonly number[]> {
    const before = this.#byName.get(path);
    if (before) return before;
    const made = new Map<string, number[]>();
    this.#sources.modules.get(path)?.units.forEach((unit, i) => {
      for (const name of unit.names) {
        const list = made.get(name);
        if (list) list.push(i);
        else made.set(name, [i]);
      }
    });
    this.#byName.set(path, made);
    return made;
  }

  #local(path: string, name: string): string {
    const summary = this.#sources.modules.get(path)!;
    const units = this.#units(path).get(name);
    if (!units) {
      const from = summary.imports[name];
      return from
        ? this.#imported(path, from[0], from[1], from[2])
        : this.#leaf(`missing:${path}#${name}`, `missing#${name}`);
    }
    const first = summary.units[units[0]!]!;
    const place = { path, summary, unit: first };
    const kind = this.kindOf(place);
    if (MAKES_NAMED.has(kind)) return this.#named(place, name);
    if (kind === "resource") return this.#resource(place, units[0]!);
    if (units.length === 1) return this.#unit(path, units[0]!, first.names[1] ? name : undefined);
    return this.#merged(path, name, units);
  }

  /** Assets and the like count by their names: their code is that of another fingerprint. */
  #named(place: Place, name: string): string {
    const names = this.assetsOf(place);
    const id = names.length > 0 ? names.join("+") : `${place.path}#${name}`;
    const { unit } = place;
    const of = unit.names.length > 1 ? `@${unit.names.indexOf(name)}` : "";
    return this.#leaf(`asset:${id}${of}`, `asset:${id}${of}`);
  }

  /** A resource with a `version` counts by it, one without by its code. */
  #resource(place: Place, index: number): string {
    const { path, unit } = place;
    const version = unit.parts.filter((p) => p.option === "version");
    if (version.length === 0) return this.#unit(path, index);
    const id = `resource:${unit.asset ?? `${path}#${unit.names.join()}`}`;
    if (this.#nodes.has(id)) return id;
    const node = this.add(id, `resource ${unit.asset ?? ""} ${version.map((p) => p.hash).join()}`);
    for (const part of version) node.refs.push(...part.refs.map((r) => this.target(path, r)));
    return id;
  }

  /** A name that is declared several times: a function beside a namespace. */
  #merged(path: string, name: string, units: readonly number[]): string {
    const id = `${path}#${name}`;
    if (this.#nodes.has(id)) return id;
    const node = this.add(id, "merged");
    for (const i of units) node.refs.push(this.#unit(path, i, name));
    return id;
  }

  /** A unit, or one name out of those that it declares together. */
  #unit(path: string, index: number, of?: string): string {
    const summary = this.#sources.modules.get(path)!;
    const unit = summary.units[index]!;
    const several = (this.#units(path).get(unit.names[0] ?? "")?.length ?? 0) > 1;
    const name = unit.names.join() || `statement ${index + 1}`;
    const id = `${path}#${name}${several ? ` ${index}` : ""}`;
    if (!this.#nodes.has(id)) {
      const node = this.add(id, unit.parts.map((p) => p.hash).join(), unit.warnings);
      for (const part of unit.parts) {
        for (const ref of part.refs) node.refs.push(this.target(path, ref));
      }
      node.refs.push(...this.surroundings({ path, summary, unit }));
    }
    if (of === undefined || unit.names.length < 2) return id;
    const picked = `${id}@${of}`;
    if (!this.#nodes.has(picked)) {
      this.add(picked, `pick ${unit.names.indexOf(of)}`).refs.push(id);
    }
    return picked;
  }

  /** What a module does when it is loaded. */
  #effects(path: string): string {
    const id = `effects:${path}`;
    if (this.#nodes.has(id)) return id;
    const node = this.add(id, "effects");
    const summary = this.#sources.modules.get(path);
    if (!summary) return id;
    for (const from of summary.bare) {
      const to = this.#sources.resolver.target(path, from);
      node.refs.push("path" in to ? this.#effects(to.path) : this.#imported(path, from, "*"));
    }
    for (const [effect, about] of summary.effects) {
      if (about === null) node.refs.push(this.#unit(path, effect)); // May be a cycle: merkle() takes it.
    }
    return id;
  }
}
