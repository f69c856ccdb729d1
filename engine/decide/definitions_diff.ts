/**
 * What lies between two states of the definitions, and what of it makes results stale.
 *
 * @module
 */
import type { Json } from "../declare/store.ts";
import { canonicalJson } from "../graph/fingerprint.ts";

/** Code that an asset reaches, by id. */
export interface CodePiece {
  /** `lib/stats.ts#smooth`. */
  readonly id: string;
  /** Differs when the piece does. */
  readonly hash: string;
}

/** A dep as a value. */
export interface DescribedDep {
  /** The upstream. */
  readonly asset: string;
  /** Which of its slices, in a word: `same`, `newest`, `after`. */
  readonly rule: string;
  /** What else the rule says. */
  readonly detail: Json;
}

/** An asset as a value. */
export interface DescribedAsset {
  /** Fingerprint of its code. */
  readonly code: string;
  /** What the fingerprint is made of. */
  readonly pieces: readonly CodePiece[];
  /** Declared version. */
  readonly version: string;
  /** Its config. */
  readonly config: Json;
  /** How it is cut. */
  readonly partitions: string;
  /** What it reads, by the name of the input. */
  readonly deps: { readonly [input: string]: DescribedDep };
  /** Whether others own it. */
  readonly external: boolean;
  /** What does not make it stale: freshness, condition, checks, owners and the like. */
  readonly traits: { readonly [trait: string]: Json };
}

/** Definitions as a value: what a revision prints. */
export interface Described {
  /** By name. */
  readonly assets: { readonly [name: string]: DescribedAsset };
  /** Jobs, schedules and sensors, by kind and name: `job nightly`. */
  readonly others: { readonly [name: string]: { readonly [trait: string]: Json } };
}

/** One change in words. */
export interface DefinitionChange {
  /** What changed: `code`, `config`, `deps`, `order`, `partitions`, or the name of a trait. */
  readonly what: string;
  /** In words: `"features" went from 7 to 8`. */
  readonly words: string;
}

/** Something that changed. */
export interface Changed {
  /** The asset, or kind and name of what is none. */
  readonly name: string;
  /** What changed of it. */
  readonly changes: readonly DefinitionChange[];
}

/** What becomes stale. */
export interface Stale {
  /** The asset. */
  readonly asset: string;
  /** Its own change, or the asset above it that changes. */
  readonly because: string;
}

/** What lies between two states. */
export interface DefinitionsDiff {
  /** Names that are new. */
  readonly added: readonly string[];
  /** Names that are gone. */
  readonly removed: readonly string[];
  /** What is in both and differs. */
  readonly changed: readonly Changed[];
  /** What was built before and is stale with the new definitions, upstream first. */
  readonly stale: readonly Stale[];
}

/** Says what differs between two states of the code of an asset; undefined if it cannot. */
export type CodeWords = (
  before: readonly CodePiece[],
  after: readonly CodePiece[],
) => string | undefined;

/** What lies between two states of the definitions. O(assets + deps). */
export function diffDefinitions(
  before: Described,
  after: Described,
  codeWords: CodeWords = () => undefined,
): DefinitionsDiff {
  const changed: Changed[] = [];
  const why = new Map<string, string>();
  for (const [name, now] of Object.entries(after.assets)) {
    const then = before.assets[name];
    if (!then) continue;
    const deps = depChanges(then, now);
    const hard = [...hardChanges(then, now, codeWords), ...deps.filter((c) => c.what === "deps")];
    const order = deps.filter((c) => c.what === "order");
    const changes = [...hard, ...order, ...traitChanges(then.traits, now.traits)];
    if (changes.length > 0) changed.push({ name, changes });
    if (hard.length > 0 && !now.external) why.set(name, hard.map((c) => c.words).join("; "));
  }
  for (const [name, now] of Object.entries(after.others)) {
    const changes = before.others[name] ? traitChanges(before.others[name], now) : [];
    if (changes.length > 0) changed.push({ name, changes });
  }
  return {
    added: gone(after, before),
    removed: gone(before, after),
    changed,
    stale: staleAfter(before, after, why),
  };
}

const namesOf = ({ assets, others }: Described) => [...Object.keys(assets), ...Object.keys(others)];

function gone(from: Described, to: Described): readonly string[] {
  const known = new Set(namesOf(to));
  return namesOf(from).filter((name) => !known.has(name));
}

/** Changes of the asset itself that make what was built stale. */
function hardChanges(
  then: DescribedAsset,
  now: DescribedAsset,
  codeWords: CodeWords,
): readonly DefinitionChange[] {
  const changes: DefinitionChange[] = [];
  if (then.version !== now.version) {
    changes.push({
      what: "code",
      words: `version went from "${then.version}" to "${now.version}"`,
    });
  } else if (then.code !== now.code) {
    changes.push({ what: "code", words: codeWords(then.pieces, now.pieces) ?? "the code changed" });
  }
  if (canonicalJson(then.config) !== canonicalJson(now.config)) {
    const words = valueChanges(then.config, now.config, "config").join(", ");
    changes.push({ what: "config", words });
  }
  if (then.partitions !== now.partitions) {
    const words = `it is cut "${now.partitions}" instead of "${then.partitions}"`;
    changes.push({ what: "partitions", words });
  }
  return changes;
}

const depText = ({ asset, rule }: DescribedDep) =>
  rule === "same" ? `"${asset}"` : `${rule} "${asset}"`;

/** How a dep that is new, gone or other is told of. */
function depWords(then: DescribedDep | undefined, now: DescribedDep | undefined): string {
  const verb = (d: DescribedDep) => d.rule === "after" ? "runs" : "reads";
  const verbNot = (d: DescribedDep) => d.rule === "after" ? "run" : "read";
  if (!then) return `it ${verb(now!)} ${depText(now!)} now`;
  if (!now) return `it does not ${verbNot(then)} ${depText(then)} any more`;
  return `it ${verb(now)} ${depText(now)} instead of ${depText(then)}`;
}

function depChanges(then: DescribedAsset, now: DescribedAsset): readonly DefinitionChange[] {
  const inputs = new Set([...Object.keys(then.deps), ...Object.keys(now.deps)]);
  return [...inputs].flatMap((input): readonly DefinitionChange[] => {
    const [a, b] = [then.deps[input], now.deps[input]];
    if (a && b && canonicalJson(a as unknown as Json) === canonicalJson(b as unknown as Json)) {
      return [];
    }
    const words = depWords(a, b);
    // What it only runs after is not read: it makes nothing stale.
    const isOrder = [a, b].every((d) => d === undefined || d.rule === "after");
    return [{ what: isOrder ? "order" : "deps", words }];
  });
}

/** A condition of many operands is not spelled out in a line. */
const LONGEST_WORDS = 160;

function traitChanges(
  then: { readonly [trait: string]: Json },
  now: { readonly [trait: string]: Json },
): readonly DefinitionChange[] {
  const traits = new Set([...Object.keys(then), ...Object.keys(now)]);
  return [...traits].flatMap((what) => {
    const [a, b] = [then[what] ?? null, now[what] ?? null];
    if (canonicalJson(a) === canonicalJson(b)) return [];
    const words = valueChanges(a, b, what).join(", ");
    return [{ what, words: words.length <= LONGEST_WORDS ? words : `${what} changed` }];
  });
}

const isRecord = (v: Json): v is { readonly [key: string]: Json } =>
  typeof v === "object" && v !== null && !Array.isArray(v);

/** Where two values differ, deepest places first named: `config.days went from 7 to 8`. */
function valueChanges(then: Json, now: Json, at: string): readonly string[] {
  if (canonicalJson(then) === canonicalJson(now)) return [];
  if (isRecord(then) && isRecord(now)) {
    const keys = new Set([...Object.keys(then), ...Object.keys(now)]);
    return [...keys].flatMap((k) => valueChanges(then[k] ?? null, now[k] ?? null, `${at}.${k}`));
  }
  if (then === null) return [`${at} is ${shown(now)} now`];
  if (now === null) return [`${at} was ${shown(then)} and is gone`];
  if (Array.isArray(then) && Array.isArray(now)) {
    const [a, b] = [then, now].map((list) => list.map((v: Json) => canonicalJson(v)));
    const plus = b!.filter((v) => !a!.includes(v)).map((v) => `+${v}`);
    const minus = a!.filter((v) => !b!.includes(v)).map((v) => `-${v}`);
    if (plus.length + minus.length > 0) return [`${at} ${[...plus, ...minus].join(" ")}`];
  }
  return [`${at} went from ${shown(then)} to ${shown(now)}`];
}

/** A value in a line. */
function shown(value: Json): string {
  const text = canonicalJson(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** Assets that were there before and are stale now: by themselves, or since something above them is. */
function staleAfter(
  before: Described,
  after: Described,
  own: ReadonlyMap<string, string>,
): readonly Stale[] {
  const stale = new Map<string, string>();
  // Assets are described upstream first.
  for (const [name, asset] of Object.entries(after.assets)) {
    if (!before.assets[name] || asset.external) continue;
    const above = Object.values(asset.deps).find((d) => d.rule !== "after" && stale.has(d.asset));
    const because = own.get(name) ?? (above && `"${above.asset}" above it is`);
    if (because !== undefined) stale.set(name, because);
  }
  return [...stale].map(([asset, because]) => ({ asset, because }));
}
