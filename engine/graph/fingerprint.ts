/**
 * What decides whether a value is still the one that would be computed now: the code, the config, the data.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Asset } from "../declare/asset.ts";
import type { Json } from "../declare/store.ts";
import { upstreamOf } from "./order.ts";

/** Sixteen hexadecimal digits each. */
export interface Fingerprint {
  /** Of the source of `materialize` and the declared version. */
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

function readsOf(asset: Asset): Json {
  return Object.fromEntries(
    Object.entries(asset.deps).map(([input, dep]) => [
      input,
      "mode" in dep
        ? [upstreamOf(dep).name, dep.mode, dep.size ?? null]
        : [upstreamOf(dep).name, "same", null],
    ]),
  );
}

const known = new WeakMap<Asset, Fingerprint>();

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
    code: digest(`${asset.code.replace(/\s+/g, " ").trim()}\n${asset.version}`),
    config: digest(canonicalJson({ config: asset.config, reads: readsOf(asset) })),
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
