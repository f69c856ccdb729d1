import type { JSX } from "hono/jsx/jsx-runtime";
import type { Asset } from "../client.ts";
import { Icon } from "../parts/icon.tsx";
import { assetHref, AssetTags, FreshnessMark, Pill, StatusBar } from "../parts/status.tsx";

/** What the lineage shows of a selected asset. */
export function Panel({ asset }: { readonly asset: Asset }): JSX.Element {
  const { card, partitioning } = asset;
  const failing = asset.checks.filter((check) => check.passed === false).length;
  return (
    <div>
      <header>
        <Pill status={card.status} asset={card.name} />
        <button type="button" class="icon-btn" data-close aria-label="Close panel">×</button>
      </header>
      <h2>{card.name}</h2>
      <p class="dim">{asset.description}</p>
      {card.causes.length > 0 && (
        <ul class={`plain causes ${card.status}`}>
          {card.causes.map((cause) => <li>{cause}</li>)}
        </ul>
      )}
      <dl>
        <dt>Last built</dt>
        <dd>{card.age}</dd>
        <dt>Freshness</dt>
        <dd>
          <FreshnessMark freshness={card.freshness} />
        </dd>
        <dt>Promise</dt>
        <dd>{asset.freshnessPolicy ?? "none"}</dd>
        <dt>Checks</dt>
        <dd>{failing === 0 ? `${asset.checks.length} pass` : `${failing} fail`}</dd>
        <dt>Owner</dt>
        <dd>{asset.owners.join(", ") || "nobody"}</dd>
        <dt>Partitions</dt>
        <dd>
          {partitioning === null ? "none" : (
            <>
              {partitioning.kind}
              <StatusBar counts={partitioning.counts} />
            </>
          )}
        </dd>
      </dl>
      <h3>Upstream</h3>
      <AssetTags cards={asset.upstream} none="It is a source" />
      <h3>Downstream</h3>
      <AssetTags cards={asset.downstream} none="Nothing is made from it" />
      <footer>
        <button type="button" class="btn primary" data-materialize-one={card.name}>
          <Icon name="play" />Materialize
        </button>
        <a class="btn" href={assetHref(card.name)}>Open asset</a>
      </footer>
    </div>
  );
}
