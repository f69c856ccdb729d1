import type { JSX } from "hono/jsx/jsx-runtime";
import type { AssetCard, AssetCounts, AssetStatus } from "../client.ts";
import { statusWords } from "../words.ts";

/** Statuses in the order in which they are listed. */
export const statusOrder: readonly AssetStatus[] = [
  "fresh",
  "stale",
  "running",
  "failed",
  "blocked",
  "missing",
];

/** Which of the six looks a status of an asset, a run or a step has. */
export function look(status: string): string {
  const looks: Record<string, string> = {
    success: "fresh",
    queued: "blocked",
    waiting: "missing",
    skipped: "blocked",
    cancelled: "missing",
    paused: "blocked",
  };
  return looks[status] ?? status;
}

/** A status in a word, with colour and shape. */
export function Pill(
  { status, asset }: { readonly status: string; readonly asset?: string },
): JSX.Element {
  return (
    <span class={`pill ${look(status)}`} data-asset={asset}>
      <i />
      <span>{statusWords[status] ?? status}</span>
    </span>
  );
}

/** Whether the promise of freshness is kept, in a word. */
export function FreshnessMark(
  { freshness }: { readonly freshness: AssetCard["freshness"] },
): JSX.Element {
  const marks = {
    ok: ["fresh", "on time"],
    warn: ["stale", "due soon"],
    late: ["failed", "late"],
    none: ["missing", "no promise"],
  } as const;
  const [shape, word] = marks[freshness];
  return (
    <span class={`mark ${shape}`}>
      <i />
      {word}
    </span>
  );
}

/** A link to an asset with its status. */
export function AssetTag({ card }: { readonly card: AssetCard }): JSX.Element {
  return (
    <a href={assetHref(card.name)} class={`tag ${card.status}`}>
      <i />
      {card.name}
      <span class="vh">, {card.statusWord}</span>
    </a>
  );
}

/** Links to assets, or a word for there being none. */
export function AssetTags(
  { cards, none }: { readonly cards: readonly AssetCard[]; readonly none: string },
): JSX.Element {
  if (cards.length === 0) return <p class="dim">{none}</p>;
  return <p class="tags">{cards.map((card) => <AssetTag card={card} />)}</p>;
}

/** Shares of the statuses as one bar. */
export function StatusBar({ counts }: { readonly counts: AssetCounts }): JSX.Element {
  const parts = statusOrder.filter((status) => counts[status] > 0);
  const words = parts.map((status) => `${counts[status]} ${statusWords[status]?.toLowerCase()}`);
  return (
    <span class="gbar" role="img" aria-label={words.join(", ")} title={words.join(", ")}>
      {parts.map((status) => <i class={status} style={`flex:${counts[status]}`} />)}
    </span>
  );
}

/** Where the page of an asset is. */
export function assetHref(name: string): string {
  return `/assets/${name.split("/").map(encodeURIComponent).join("/")}`;
}

/** Where the page of a run is. */
export function runHref(id: string): string {
  return `/runs/${encodeURIComponent(id)}`;
}

/** One of eight hues, by the place of the group among all groups. */
export function hue(groups: readonly string[], group: string): string {
  return `hue-${groups.indexOf(group) % 8}`;
}
