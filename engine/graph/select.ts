/**
 * Choosing assets by a line of text, the same in code, on the command line, in the API and in the search box.
 *
 * @module
 */
import type { Asset } from "../declare/asset.ts";
import { UnknownName } from "../declare/errors.ts";
import { nearest } from "./nearest.ts";
import { upstreamOf } from "./order.ts";
import { isLike } from "./selection/glob.ts";
import { type Choice, type Link, readSelection } from "./selection/read.ts";

/** What assets can be told apart by. */
export interface SelectionField {
  /** What an asset has of it. */
  of(asset: Asset): readonly string[];
  /** Every value that there can be; those that assets have if it is not given. */
  readonly known?: readonly string[];
}

/** How a selection is read. */
export interface SelectOptions {
  /** More fields: what is declared knows no status. */
  readonly fields?: { readonly [field: string]: SelectionField };
  /** A bare word means every asset that has it in its name, in whatever case: for those who are still typing. */
  readonly search?: boolean;
}

const DECLARED: { readonly [field: string]: SelectionField } = {
  key: { of: (a) => [a.name] },
  group: { of: (a) => [a.group] },
  tag: { of: (a) => a.tags },
  owner: { of: (a) => a.owners },
  kind: { of: (a) => a.kinds },
};

type Some = ReadonlySet<Asset>;

const joined: { readonly [by in Link["by"]]: (a: Some, b: Some) => Some } = {
  any: (a, b) => a.union(b),
  all: (a, b) => a.intersection(b),
  without: (a, b) => a.difference(b),
};

type Next = (a: Asset) => Iterable<Asset>;

function walk(from: Some, steps: number, next: Next): Set<Asset> {
  const found = new Set(from);
  let edge: Asset[] = [...from];
  for (let i = 0; i < steps && edge.length; i++) {
    edge = edge.flatMap((a) => [...next(a)]).filter((a) => !found.has(a));
    edge.forEach((a) => found.add(a));
  }
  return found;
}

class Selecting {
  readonly #assets: readonly Asset[];
  readonly #fields: { readonly [field: string]: SelectionField };
  readonly #search: boolean;
  readonly #above: Next = (a) => Object.values(a.deps).map(upstreamOf);
  readonly #below: Next;

  constructor(assets: readonly Asset[], { fields, search = false }: SelectOptions) {
    this.#assets = assets;
    this.#fields = { ...DECLARED, ...fields };
    this.#search = search;
    const downs = new Map<Asset, Asset[]>(assets.map((a) => [a, []]));
    for (const a of assets) for (const up of this.#above(a)) downs.get(up)?.push(a);
    this.#below = (a) => downs.get(a) ?? [];
  }

  chosen(choice: Choice): Some {
    switch (choice.is) {
      case "everything":
        return new Set(this.#assets);
      case "term":
        return this.#term(choice.field, choice.text);
      case "chain": {
        let found = this.chosen(choice.of);
        for (const { by, of } of choice.links) found = joined[by](found, this.chosen(of));
        return found;
      }
      case "walk": {
        const of = this.chosen(choice.of);
        return walk(of, choice.up, this.#above).union(walk(of, choice.down, this.#below));
      }
      case "roots":
        return this.#ends(choice.of, this.#above);
      case "sinks":
        return this.#ends(choice.of, this.#below);
    }
  }

  /** Those that have nothing of the same choice beyond them; an asset's own older slices are not beyond it. */
  #ends(choice: Choice, next: Next): Some {
    const of = this.chosen(choice);
    return new Set([...of].filter((a) => ![...next(a)].some((b) => b !== a && of.has(b))));
  }

  #term(field: string | undefined, text: string): Some {
    if (field === undefined && this.#search) return this.#found(text);
    const { of, known } = this.#field(field ?? "key");
    const hits = this.#assets.filter((a) => of(a).some((value) => isLike(value, text)));
    if (hits.length || known?.some((value) => isLike(value, text))) return new Set(hits);
    if (known) throw unreadable(`"${text}" is no ${field}`, nearest(text, known), known);
    const near = nearest(text, [...new Set(this.#assets.flatMap(of))]);
    throw new UnknownName(field === undefined || field === "key" ? "asset" : field, text, near);
  }

  #found(part: string): Some {
    const like = part.includes("*") ? part.toLowerCase() : `*${part.toLowerCase()}*`;
    return new Set(this.#assets.filter((a) => isLike(a.name.toLowerCase(), like)));
  }

  #field(name: string): SelectionField {
    const field = Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
    if (field) return field;
    const known = Object.keys(this.#fields);
    throw unreadable(`"${name}:" is no field here`, nearest(name, known), known);
  }
}

function unreadable(what: string, near: string | undefined, known: readonly string[]): SyntaxError {
  const right = near ? `did you mean "${near}"?` : `they are ${known.join(", ")}`;
  return new SyntaxError(`Cannot read selection: ${what}, ${right}`);
}

/**
 * The assets that a selection names, in the order of `assets`; none if it says nothing.
 *
 * Terms are `features/activity`, `features/*`, `group:models`, `tag:nightly`, `owner:ml`, `kind:sql`, with quotes where
 * there are spaces: `owner:"Ada Lovelace"`. `+x` is with everything upstream, `x+` downstream, `2+x` two steps up,
 * `x+1` one down. A space or a comma joins, `&` or `and` keeps what is in both and binds tighter, `-x` or `not x` takes
 * away; `( )` hold together: `+(group:models & tag:nightly)`. `roots( )` and `sinks( )` are the first and the last of
 * something.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { asset, select } from "engine";
 *
 * const a = asset({ name: "raw/a", materialize: () => 1 });
 * const b = asset({ name: "made/b", deps: { a }, tags: ["slow"], materialize: ({ a }) => a });
 * assertEquals(select([a, b], "+made/b -group:raw"), [b]);
 * assertEquals(select([a, b], "+made/b & not tag:slow"), [a]);
 * ```
 *
 * @throws {UnknownName} If a name matches nothing, with the nearest one.
 * @throws {SyntaxError} If the text cannot be read, with the column.
 */
export function select(
  assets: readonly Asset[],
  text: string,
  options: SelectOptions = {},
): Asset[] {
  const choice = readSelection(text);
  if (!choice) return [];
  const chosen = new Selecting(assets, options).chosen(choice);
  return assets.filter((a) => chosen.has(a));
}
