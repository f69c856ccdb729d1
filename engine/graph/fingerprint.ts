/**
 * What decides whether a value is still the one that would be computed now: the code, the config, the data.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Asset } from "../declare/asset.ts";
import type { Mapped } from "../declare/deps.ts";
import type { Json } from "../declare/store.ts";
import type { Definitions } from "./define.ts";
import { upstreamOf } from "./order.ts";

/** What decides besides the data. */
export interface Fingerprint {
  /** Of the code and the declared version: given by {@linkcode useCodeFingerprints}, else of the text of `materialize`. */
  readonly code: string;
  /** Of the config and of what is read by which rule. */
  readonly config: string;
}

const digest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);

/**
 * JSON with sorted keys: equal values give equal text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { canonicalJson } from "engine";
 *
 * assertEquals(canonicalJson({ b: [1, null], a: "x" }), '{"a":"x","b":[1,null]}');
 * ```
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map((v: Json) => canonicalJson(v)).join(",")}]`;
  const entries = Object.entries(value as { readonly [key: string]: Json | undefined })
    .filter((e): e is [string, Json] => e[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(",")}}`;
}

const detailOf = ({ detail, along }: Mapped): Json[] => [
  ...(detail === undefined ? [] : [detail as Json]),
  ...(along === undefined ? [] : [{ along }]),
];

function readsOf(asset: Asset): Json {
  return Object.fromEntries(
    Object.entries(asset.deps).map(([input, dep]) => [
      input,
      "mode" in dep
        ? [upstreamOf(dep).name, dep.mode, dep.size ?? null, ...detailOf(dep)]
        : [upstreamOf(dep).name, "same", null],
    ]),
  );
}

const known = new WeakMap<Asset, Fingerprint>();

/** Who knows the code behind a declaration: helpers, constants and packages, which the declaration alone cannot see. */
export interface CodeSource {
  /** The fingerprint of the code of an asset; undefined if its declaration was not found. */
  codeOf(asset: string): string | undefined;
  /** What lies between a fingerprint and the present code, in words; undefined if it is not known. */
  changeOf?(asset: string, before: string): string | undefined;
}

const sources = new WeakMap<Asset, CodeSource>();

/**
 * From now on the code of these assets is what `source` says. It is called once, before anything is judged; assets that
 * it does not know keep the fingerprint of their own text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { asset, define, fingerprint, useCodeFingerprints } from "engine";
 *
 * const a = asset({ name: "a", materialize: () => 1 });
 * useCodeFingerprints(define({ a }), { codeOf: () => "fp1:x" });
 * assertEquals(fingerprint(a).code, "fp1:x");
 * ```
 */
export function useCodeFingerprints(definitions: Definitions, source: CodeSource): void {
  for (const asset of definitions.assets) {
    sources.set(asset, source);
    known.delete(asset);
  }
}

/** Before the colon: how a fingerprint was taken. */
const schemeOf = (code: string) => code.includes(":") ? code.slice(0, code.indexOf(":")) : "";

/** Why the code of an asset is not that of a fingerprint any more, in words. */
export function codeCause(asset: Asset, before: string): string {
  if (schemeOf(before) !== schemeOf(fingerprint(asset).code)) {
    return "the code was recorded in another way and cannot be compared";
  }
  const change = sources.get(asset)?.changeOf?.(asset.name, before);
  return change === undefined ? "the code changed" : `the code changed: ${change}`;
}

/** What of the config of an asset is not that of a fingerprint any more. */
export function configChanges(
  asset: Asset,
  before: string,
): { readonly config: boolean; readonly reads: boolean } {
  const [[config, reads], now] = [before.split("."), fingerprint(asset).config.split(".")];
  // Recorded as one digest: it cannot be told apart any more.
  if (reads === undefined) return { config: before !== now.join("."), reads: false };
  return { config: config !== now[0], reads: reads !== now[1] };
}

/**
 * The fingerprints of an asset. Layout of the code, descriptions, owners and the like do not count.
 *
 * @example
 * ```ts
 * import { assertNotEquals } from "@std/assert";
 * import { asset, fingerprint } from "engine";
 *
 * const a = asset({ name: "a", config: { days: 7 }, materialize: () => 1 });
 * const b = asset({ name: "a", config: { days: 8 }, materialize: () => 1 });
 * assertNotEquals(fingerprint(a).config, fingerprint(b).config);
 * ```
 */
export function fingerprint(asset: Asset): Fingerprint {
  const before = known.get(asset);
  if (before) return before;
  const made: Fingerprint = {
    code: sources.get(asset)?.codeOf(asset.name) ??
      digest(`${asset.code.replace(/\s+/g, " ").trim()}\n${asset.version}`),
    config: `${digest(canonicalJson(asset.config))}.${digest(canonicalJson(readsOf(asset)))}`,
  };
  known.set(asset, made);
  return made;
}

/**
 * The data version of a value: equal versions mean equal data, and nothing downstream is recomputed. A handle that
 * carries a digest of the rows it points at is known by that digest; everything else by its content.
 */
export function dataVersionOf(value: Json): string {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    const { digest: content, table } = value as { readonly [key: string]: Json };
    if (typeof content === "string" && content !== "" && typeof table === "string") return content;
  }
  return digest(canonicalJson(value));
}
