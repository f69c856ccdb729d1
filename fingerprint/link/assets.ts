/**
 * The assets among what was linked: which of their options count, and their fingerprints.
 *
 * @module
 */
import { SCHEME, sha } from "../sha.ts";
import type { Part, Warning } from "../summary.ts";
import type { Linker, Place } from "./linker.ts";
import { merkle, type Nodes } from "./merkle.ts";

/**
 * Options that say nothing about what the code computes. `config` and `deps` do count for staleness, by their values
 * and on their own, so that a cause says which of them changed.
 */
const APART = new Set([
  "name",
  "outputs",
  "description",
  "owners",
  "tags",
  "group",
  "kinds",
  "freshness",
  "deadline",
  "when",
  "partitions",
  "retry",
  "timeout",
  "grace",
  "memory",
  "priority",
  "pools",
  "queue",
  "io",
  "config",
  "deps",
]);

/** One piece of what an asset is made of. */
export interface Reached {
  /** `lib/stats.ts#smooth`, `npm:zod#z`, `data:assets/q.sql`. */
  readonly id: string;
  /** Hash of it alone, or the version of a package. */
  readonly hash: string;
}

/** The code of one asset. */
export interface CodePrint {
  /** Name of the asset. */
  readonly asset: string;
  /** Where it is declared, `assets/x.ts#x`. */
  readonly declared: string;
  /** The fingerprint: `fp1:` and 22 characters. */
  readonly code: string;
  /** Hashes of the single options, those that do not count for the code as well. */
  readonly parts: Readonly<Record<string, string>>;
  /** Everything that the fingerprint is made of, by id. */
  closure(): readonly Reached[];
  /** What of it cannot be seen. */
  warnings(): readonly Warning[];
}

/** An option with its own hash, and its node if it refers to anything. */
interface Option {
  readonly name: string;
  readonly own: string;
  readonly node?: string;
}

/** The options of one declaration. */
interface Root {
  readonly place: Place;
  readonly assets: readonly string[];
  readonly options: readonly Option[];
  readonly around: string;
}

/** Fingerprints of all assets in the given places. */
export function printAssets(
  linker: Linker,
  places: readonly Place[],
): ReadonlyMap<string, CodePrint> {
  const roots = places.map((place) => rootOf(linker, place));
  const hashes = merkle(linker.nodes);
  const prints = new Map<string, CodePrint>();
  for (const root of roots) {
    const made = printOf(root, linker.nodes, hashes);
    for (const asset of root.assets) prints.set(asset, { asset, ...made });
  }
  return prints;
}

function rootOf(linker: Linker, place: Place): Root {
  const { path, unit } = place;
  const id = `${path}#${unit.names.join()}`;
  const around = linker.add(`around ${id}`, "around", unit.warnings);
  around.refs.push(...linker.surroundings(place));
  const options: Option[] = [];
  const add = (at: string, part: Part) => {
    const opened = part.option === "..." ? linker.objectAt(at, part.refs[0] ?? "") : undefined;
    if (opened) {
      around.refs.push(...linker.surroundings(opened));
      return opened.unit.parts.forEach((p) => add(opened.path, p));
    }
    const option = { name: part.option, own: part.hash };
    if (part.refs.length === 0) return void options.push(option);
    const node = linker.add(`option ${options.length} of ${id}`, part.hash);
    node.refs.push(...part.refs.map((ref) => linker.target(at, ref)));
    options.push({ ...option, node: node.id });
  };
  unit.parts.forEach((part) => add(path, part));
  return { place, assets: linker.assetsOf(place), options, around: around.id };
}

function printOf(
  { place, options, around }: Root,
  nodes: Nodes,
  hashes: ReadonlyMap<string, string>,
): Omit<CodePrint, "asset"> {
  const hashOf = ({ own, node }: Option) => node === undefined ? own : hashes.get(node)!;
  const parts: Record<string, string> = {};
  for (const option of options) {
    const before = parts[option.name];
    parts[option.name] = before === undefined ? hashOf(option) : sha(before + hashOf(option));
  }
  const counted = options.filter(({ name }) => !APART.has(name));
  const text = counted.map((option) => `${option.name}:${hashOf(option)}`);
  const declared = `${place.path}#${place.unit.names.join()}`;
  const own = counted.map((option) => `${option.name}:${option.own}`).join("|");
  // Who only wants to know whether something changed does not pay for what it is.
  const reached = () => reach([...counted.flatMap(({ node }) => node ?? []), around], nodes);
  return {
    declared,
    code: `${SCHEME}:${sha([...text, hashes.get(around)].join("|"))}`,
    parts,
    closure: () => [
      { id: declared, hash: sha(own).slice(0, 8) },
      ...closureOf(reached(), nodes),
    ],
    warnings: () => warningsOf(reached(), nodes),
  };
}

/** All that is reached from some nodes, the nodes included. */
function reach(from: readonly string[], nodes: Nodes): readonly string[] {
  const seen = new Set<string>(from);
  for (const id of seen) for (const ref of nodes.get(id)!.refs) seen.add(ref);
  return [...seen];
}

/** Nodes that are only a way to others, or a name that never changes. */
const WAY = /^(option|around|effects:|module:|import:|one of|engine#|asset:|node:)|@[^@/#]+$/;

function closureOf(reached: readonly string[], nodes: Nodes): Reached[] {
  return reached.filter((id) => !WAY.test(id)).sort().map((id) => {
    const { own } = nodes.get(id)!;
    const version = /^(?:npm|jsr):/.test(id) && /^\S+ \S{6}/.exec(own)?.[0];
    return { id, hash: version || sha(own).slice(0, 8) };
  });
}

function warningsOf(reached: readonly string[], nodes: Nodes): readonly Warning[] {
  const found = reached.flatMap((id) => nodes.get(id)!.warnings ?? []);
  const byText = new Map(found.map((w) => [`${w.at} ${w.what}`, w]));
  return [...byText.keys()].sort().map((text) => byText.get(text)!);
}
