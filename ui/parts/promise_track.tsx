import type { JSX } from "hono/jsx/jsx-runtime";
import type { Asset } from "../client.ts";
import { duration, minute } from "../words.ts";
import { FreshnessMark } from "./status.tsx";

type Stretch = Asset["freshnessTrack"][number];

/** Stretches in which a promise was broken that are told in words, newest first. */
const MOST_TOLD = 5;

const looks = { ok: "fresh", warn: "stale", late: "failed", none: "missing" } as const;

const length = (part: Stretch): number => Date.parse(part.to) - Date.parse(part.from);
const all = (parts: readonly Stretch[]): number => parts.reduce((sum, p) => sum + length(p), 0);

/** How the promises of an asset stood over the last days, as a strip and in words. */
export function PromiseTrack({ asset }: { readonly asset: Asset }): JSX.Element | null {
  const track = asset.freshnessTrack;
  const first = track[0];
  const last = track.at(-1);
  if (asset.freshnessPolicy === null || first === undefined || last === undefined) return null;
  const share = shareOf(track);
  return (
    <div class="cardx">
      <div class="ch">
        <h2>Freshness</h2>
        <FreshnessMark freshness={asset.card.freshness} />
        <small class="dim">
          {asset.freshnessPolicy} · {asset.freshnessState} · {share}
        </small>
      </div>
      <div class="ftl" role="img" aria-label={`Freshness in the last days: ${share}`}>
        {track.map((part) => (
          <i class={looks[part.state]} style={`flex:${length(part)}`} title={wordsOf(part)} />
        ))}
      </div>
      <div class="fax">
        <span>{minute(first.from)}</span>
        <span>{minute(last.to)}</span>
      </div>
      <Broken track={track} />
    </div>
  );
}

/** Of the time in which something was promised. */
function shareOf(track: readonly Stretch[]): string {
  const promised = track.filter((part) => part.state !== "none");
  if (all(promised) === 0) return "nothing was promised yet";
  const kept = promised.filter((part) => part.state !== "late");
  return `${(100 * all(kept) / all(promised)).toFixed(1)} % on time`;
}

const wordsOf = (part: Stretch): string =>
  `${part.state} for ${duration(length(part))} from ${minute(part.from)}`;

function Broken({ track }: { readonly track: readonly Stretch[] }): JSX.Element | null {
  const late = track.filter((part) => part.state === "late").toReversed();
  if (late.length === 0) return null;
  const more = late.length - MOST_TOLD;
  return (
    <details class="more">
      <summary>
        Late {late.length === 1 ? "once" : `${late.length} times`}, {duration(all(late))} in all
      </summary>
      <ul class="plain">
        {late.slice(0, MOST_TOLD).map((part) => <li>{wordsOf(part)}</li>)}
        {more > 0 && <li class="dim">and {more} more before</li>}
      </ul>
    </details>
  );
}
