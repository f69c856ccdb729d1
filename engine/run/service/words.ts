/**
 * What people read: instants, ages, and conditions in words.
 *
 * @module
 */
import type { Asset } from "../../declare/asset.ts";
import { durationText } from "../../declare/duration.ts";
import type { Verdict } from "../../decide/judge.ts";
import type { AssetStatus } from "../../decide/status.ts";

/** An instant as text; null stays null. */
export const instant = <D extends Date | null>(at: D): D extends Date ? string : string | null =>
  (at?.toISOString() ?? null) as D extends Date ? string : string | null;

/** An empty partition is none. */
export const partitionOrNull = (partition: string): string | null => partition || null;

/** How long ago, in the largest unit: `2 h ago`. */
export function ageText(at: Date | null, now: Date): string {
  if (!at) return "never";
  const ms = now.getTime() - at.getTime();
  if (ms < 1_000) return "just now";
  return `${durationText(ms).split(" ").slice(0, 2).join(" ")} ago`;
}

const WORDS: { readonly [S in AssetStatus]: string } = {
  missing: "Never built",
  fresh: "Fresh",
  stale: "Stale",
  running: "Running",
  failed: "Failed",
  blocked: "Blocked",
};

/** A verdict in a word or two. */
export function statusWord(asset: Asset, { status, behind }: Verdict): string {
  if (status === "fresh" && behind) return "Fresh, upstream stale";
  if (asset.external && status === "missing") return "Never observed";
  return asset.external && status === "fresh" ? "Observed" : WORDS[status];
}

export { conditionText } from "../../decide/condition_words.ts";
