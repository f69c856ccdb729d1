import type { JSX } from "hono/jsx/jsx-runtime";
import type { AssetCard, Lineage } from "../client.ts";
import { Icon } from "../parts/icon.tsx";
import { Page, type Shell } from "../parts/page.tsx";
import { assetHref, FreshnessMark, hue, Pill, StatusBar, statusOrder } from "../parts/status.tsx";
import type { Found, Selection } from "../found.ts";
import { many, statusWords } from "../words.ts";

interface AssetsProps {
  readonly shell: Shell;
  readonly lineage: Lineage;
  readonly selection: Selection;
  readonly found: Found;
}

/** Every asset in a list, with filters. */
export function Assets({ shell, lineage, selection, found }: AssetsProps): JSX.Element {
  const { cards, problem } = found;
  const groups = [...new Set(lineage.nodes.map((card) => card.group))];
  return (
    <Page shell={shell} title="Assets" at="Assets" refresh="asset">
      <div class="page">
        <header class="ah">
          <h1>Assets</h1>
          <form class="filters" method="get" action="/assets" role="search">
            <label class="search">
              <Icon name="search" />
              <span class="vh">Find assets</span>
              <input name="q" type="search" value={selection.query} placeholder="group:models" />
            </label>
            <label class="pick">
              <span class="vh">Status</span>
              <select name="status">
                <option value="">every status</option>
                {statusOrder.map((status) => (
                  <option value={status} selected={selection.statuses.includes(status)}>
                    {statusWords[status]}
                  </option>
                ))}
              </select>
            </label>
            <button type="submit" class="btn">Filter</button>
          </form>
        </header>
        <div data-region="assets">
          {problem === undefined ? null : <p class="problem" role="alert">{problem}</p>}
          <p class="dim lead" data-count-shown>
            {cards.length === lineage.nodes.length
              ? many(cards.length, "asset")
              : `${cards.length} of ${many(lineage.nodes.length, "asset")}`}
          </p>
          {groups.map((group) => (
            <Group
              name={group}
              hue={hue(groups, group)}
              cards={cards.filter((card) => card.group === group)}
            />
          ))}
        </div>
      </div>
    </Page>
  );
}

function Group(
  { name, hue, cards }: {
    readonly name: string;
    readonly hue: string;
    readonly cards: readonly AssetCard[];
  },
): JSX.Element | null {
  if (cards.length === 0) return null;
  return (
    <section class={`cardx group-list ${hue}`}>
      <div class="ch">
        <h2>{name}</h2>
        <small class="dim">{cards.length}</small>
        <span class="grow" />
        <a href={`/lineage?q=group:${encodeURIComponent(name)}`}>Lineage</a>
      </div>
      <div class="scroll" role="region" aria-label={`Assets of ${name}`} tabindex={0}>
        <table class="fixed">
          <thead>
            <tr>
              <th>Asset</th>
              <th>Status</th>
              <th>Freshness</th>
              <th>Kind</th>
              <th>Partitions</th>
              <th class="n">Built</th>
            </tr>
          </thead>
          <tbody>
            {cards.map((card) => <Row card={card} />)}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ card }: { readonly card: AssetCard }): JSX.Element {
  return (
    <tr>
      <td>
        <a href={assetHref(card.name)}>{card.name}</a>
        {card.causes[0] !== undefined && <small class="dim">{card.causes[0]}</small>}
      </td>
      <td>
        <Pill status={card.status} />
      </td>
      <td>
        <FreshnessMark freshness={card.freshness} />
      </td>
      <td>
        <span class="kd">{card.kind}</span>
      </td>
      <td>
        {card.partitionCounts === null
          ? <span class="dim">none</span>
          : <StatusBar counts={card.partitionCounts} />}
      </td>
      <td class="n nowrap">{card.age}</td>
    </tr>
  );
}
