import type { JSX } from "hono/jsx/jsx-runtime";
import type { AssetCard, AssetStatus, Lineage as LineageData } from "../client.ts";
import type { Box, Layout } from "../layout/mod.ts";
import { Icon } from "../parts/icon.tsx";
import { Page, type Shell } from "../parts/page.tsx";
import { assetHref, hue, StatusBar, statusOrder } from "../parts/status.tsx";
import { count, many, statusWords } from "../words.ts";

interface LineageProps {
  readonly shell: Shell;
  readonly lineage: LineageData;
  readonly layout: Layout;
  readonly collapsed: ReadonlySet<string>;
  readonly query: string;
}

/** Said to those who cannot see the triangle. */
const words = { collapse: "Collapse group ", expand: "Expand group " } as const;

/** The graph of all assets. */
export function Lineage({ shell, lineage, layout, collapsed, query }: LineageProps): JSX.Element {
  return (
    <Page
      shell={shell}
      title="Lineage"
      at="Lineage"
      scripts={["lineage"]}
      refresh="asset"
      source="/lineage/bar"
    >
      <div class="lin">
        <LineageBar lineage={lineage} query={query} />
        <div class="view" id="view" data-w={layout.w} data-h={layout.h}>
          <Stage lineage={lineage} layout={layout} collapsed={collapsed} />
          <Controls />
          <aside id="panel" aria-label="Selected asset" tabindex={-1} hidden></aside>
        </div>
      </div>
    </Page>
  );
}

/**
 * Search, counts over all assets, and the button: they come from the server's list, never from what
 * is visible.
 */
function LineageBar(
  { lineage, query }: { readonly lineage: LineageData; readonly query: string },
): JSX.Element {
  const stale = lineage.staleTargets.length;
  const counted = (status: AssetStatus) =>
    lineage.nodes.filter((card) => card.status === status).length;
  return (
    <div class="bar">
      <h1>
        Lineage <small>{many(lineage.nodes.length, "asset")}</small>
      </h1>
      <label class="search wide">
        <Icon name="search" />
        <span class="vh">Find assets: a name, group:models & status:stale, +name+</span>
        <input
          id="q"
          type="search"
          value={query}
          placeholder="Find, e.g. group:models"
          autocomplete="off"
          aria-describedby="q-problem"
        />
        <kbd aria-hidden="true">/</kbd>
        <span id="q-problem" class="problem" role="status"></span>
      </label>
      <div class="legend" role="group" aria-label="Filter by status">
        {statusOrder.map((status) => (
          <button type="button" class={`chip ${status}`} data-filter={status} aria-pressed="false">
            <i />
            {statusWords[status]} <b data-region={`count-${status}`}>{count(counted(status))}</b>
          </button>
        ))}
      </div>
      <span class="grow" />
      <button type="button" class="btn primary" id="mat" disabled={stale === 0}>
        <Icon name="play" />
        <span id="mat-chosen" hidden></span>
        <span id="mat-stale" data-count={stale}>
          Materialize <span data-region="stale">{count(stale)}</span> stale
        </span>
      </button>
    </div>
  );
}

function Node(
  { box, card, hue }: { readonly box: Box; readonly card: AssetCard; readonly hue: string },
): JSX.Element {
  // A long name takes the room of the kind, which the panel and the page of the asset say too.
  const long = shortName(card).length > 16;
  return (
    <li>
      <a
        class={`node ${hue} ${card.status}${long ? " long" : ""}`}
        data-key={card.name}
        data-group={card.group}
        data-status={card.status}
        href={assetHref(card.name)}
        style={place(box)}
      >
        <span class="nm" title={card.name}>{shortName(card)}</span>
        <span class="kd">{card.kind}</span>
        <span class="st">
          <i />
          <span>{card.statusWord}</span>
        </span>
        <span class={`age ${card.freshness}`}>
          <time>{card.age}</time>
          <span class="late-mark">late</span>
        </span>
      </a>
    </li>
  );
}

function GroupNode(
  { box, group, hue, href, cards }: {
    readonly box: Box;
    readonly group: string;
    readonly hue: string;
    readonly href: string;
    readonly cards: readonly AssetCard[];
  },
): JSX.Element {
  const counts = Object.fromEntries(
    statusOrder.map((s) => [s, cards.filter((card) => card.status === s).length]),
  ) as Record<AssetStatus, number>;
  const { fresh } = counts;
  const bad = ["failed", "blocked", "stale", "running", "missing"] as const;
  const worst = bad.find((status) => counts[status] > 0) ?? "fresh";
  return (
    <li>
      <a
        class={`gnode ${hue}`}
        data-key={box.id}
        data-group={group}
        data-box={group}
        data-status={worst}
        href={href}
        style={place(box)}
      >
        <strong>
          <span class="vh">{words.expand}</span>
          <span class="tri" aria-hidden="true">▸</span>
          {group}
          <em>{cards.length}</em>
        </strong>
        <span data-region={`bar-${group}`} class="gbox">
          <StatusBar counts={counts} />
          <small>{fresh} fresh · {cards.length - fresh} need attention</small>
        </span>
      </a>
    </li>
  );
}

function Controls(): JSX.Element {
  return (
    <div class="controls" hidden>
      <canvas id="mini" width="208" height="96" aria-hidden="true" />
      <p class="hint" aria-hidden="true">
        <kbd>←</kbd>
        <kbd>→</kbd> along edges <kbd>↑</kbd>
        <kbd>↓</kbd> in column <kbd>M</kbd> materialize <kbd>Enter</kbd> open
      </p>
      <div class="zoom" role="group" aria-label="Zoom">
        <button type="button" id="zi" aria-label="Zoom in">+</button>
        <button type="button" id="zf" aria-label="Fit to window">⤢</button>
        <button type="button" id="zo" aria-label="Zoom out">−</button>
      </div>
    </div>
  );
}

type StageProps = Pick<LineageProps, "lineage" | "layout" | "collapsed">;

function Stage({ lineage, layout, collapsed }: StageProps): JSX.Element {
  const groups = [...new Set(lineage.nodes.map((card) => card.group))];
  const cards = new Map(lineage.nodes.map((card) => [card.name, card]));
  return (
    <div class="stage" id="stage" style={`width:${layout.w}px;height:${layout.h}px`}>
      {layout.groups.map((box) => (
        <section class={`grp ${hue(groups, box.id)}`} data-box={box.id} style={place(box)}>
          <a
            class="ghead"
            href={toggled(groups, collapsed, box.id)}
          >
            <span class="vh">{words.collapse}</span>
            <span class="tri" aria-hidden="true">▾</span>
            {box.id}
            <em>
              {lineage.nodes.filter((card) =>
                card.group === box.id
              ).length}
            </em>
          </a>
        </section>
      ))}
      <svg class="edges" width={layout.w} height={layout.h} aria-hidden="true">
        {layout.edges.map((edge) => <path d={edge.path} data-from={edge.from} data-to={edge.to} />)}
      </svg>
      <ul class="nodes" aria-label="Assets">
        {layout.nodes.map((box) => {
          const card = cards.get(box.id);
          const group = box.id.slice("group:".length);
          return card === undefined
            ? (
              <GroupNode
                box={box}
                group={group}
                hue={hue(groups, group)}
                href={toggled(groups, collapsed, group)}
                cards={lineage.nodes.filter((one) => one.group === group)}
              />
            )
            : <Node box={box} card={card} hue={hue(groups, card.group)} />;
        })}
      </ul>
    </div>
  );
}

/** Everything on the page that counts, for refreshing it without a layout. */
export function LineageCounts({ lineage }: { readonly lineage: LineageData }): JSX.Element {
  const groups = Map.groupBy(lineage.nodes, (card) => card.group);
  const nowhere = { id: "", x: 0, y: 0, w: 0, h: 0 };
  return (
    <>
      <LineageBar lineage={lineage} query="" />
      {[...groups].map(([group, cards]) => (
        <GroupNode box={nowhere} group={group} hue="" href="" cards={cards} />
      ))}
    </>
  );
}

/** The name without its group, which the box around it says. */
function shortName(card: AssetCard): string {
  return card.name.startsWith(`${card.group}/`)
    ? card.name.slice(card.group.length + 1)
    : card.name;
}

function place({ x, y, w, h }: Box): string {
  return `left:${x}px;top:${y}px;width:${w}px;height:${h}px`;
}

function toggled(
  groups: readonly string[],
  collapsed: ReadonlySet<string>,
  group: string,
): string {
  const next = groups.filter((name) => collapsed.has(name) !== (name === group));
  return `/lineage?collapsed=${next.map(encodeURIComponent).join(",")}`;
}
