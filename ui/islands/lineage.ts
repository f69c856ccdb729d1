/// <reference lib="dom" />
// The lineage: selecting, walking by keys, finding, and starting runs on nodes that the server has
// drawn.
import { materialize } from "./act.ts";
import { all, need, read, throttle } from "./dom.ts";
import { type Place, type Rect, Viewport } from "./viewport.ts";

interface Match {
  readonly all: boolean;
  readonly found: readonly { readonly name: string; readonly group: string }[];
  /** Why the query cannot be read. */
  readonly problem: string | null;
}

interface Card {
  readonly name: string;
  readonly status: string;
  readonly statusWord: string;
  readonly age: string;
  readonly freshness: string;
}

const stage = need("#stage");
const view = need("#view");
const panel = need("#panel");
const query = need<HTMLInputElement>("#q");
const queryProblem = need("#q-problem");
const button = need<HTMLButtonElement>("#mat");
const chosenText = need("#mat-chosen");
const staleText = need("#mat-stale");
const nodes = all("[data-key]", stage);
const nodeOf = new Map(nodes.map((node) => [node.dataset.key ?? "", node]));
const paths = [...stage.querySelectorAll<SVGPathElement>(".edges path")];
const upstream = adjacency("to", "from");
const downstream = adjacency("from", "to");
const rects = new Map<string, Rect>(nodes.map((node) => {
  const { offsetLeft: x, offsetTop: y, offsetWidth: w, offsetHeight: h } = node;
  return [node.dataset.key ?? "", { x, y, w, h }];
}));
const filters = new Set<string>();
let selected: string | undefined;
/** What the server says is looked for; undefined if nothing is. */
let match: Match | undefined;

const viewport = new Viewport(() =>
  nodes.map((node) => ({
    rect: rectOf(node.dataset.key ?? ""),
    status: node.dataset.status ?? "missing",
    off: node.classList.contains("off"),
  }))
);

function adjacency(from: "from" | "to", to: "from" | "to"): Map<string, string[]> {
  const edges = Map.groupBy(paths, (path) => path.dataset[from] ?? "");
  return new Map(
    [...edges].map(([name, list]) => [name, list.map((path) => path.dataset[to] ?? "")]),
  );
}

function rectOf(key: string): Rect {
  return rects.get(key) ?? { x: 0, y: 0, w: 0, h: 0 };
}

function reach(start: string, next: ReadonlyMap<string, readonly string[]>): Set<string> {
  const seen = new Set([start]);
  for (const name of seen) for (const other of next.get(name) ?? []) seen.add(other);
  return seen;
}

/** Dims what is not meant, and lights the edges of the selected one. */
function paint(): void {
  const up = selected === undefined ? undefined : reach(selected, upstream);
  const down = selected === undefined ? undefined : reach(selected, downstream);
  const meant = match === undefined ? undefined : new Set(match.found.map(shownAs));
  const lit = up && down ? new Set([...up, ...down]) : meant;
  for (const node of nodes) node.classList.toggle("off", !(lit?.has(keyOf(node)) ?? true));
  for (const path of paths) {
    const [from, to] = [path.dataset.from ?? "", path.dataset.to ?? ""];
    const hot = (up?.has(from) && up.has(to)) || (down?.has(from) && down.has(to)) || false;
    const dim = lit !== undefined && !hot &&
      (selected !== undefined || !lit.has(from) || !lit.has(to));
    path.classList.toggle("hot", hot);
    path.classList.toggle("off", dim);
    path.classList.toggle("flow", nodeOf.get(to)?.dataset.status === "running");
  }
  paintButton();
  viewport.paintSoon();
}

function paintButton(): void {
  const text = isAsset(selected)
    ? "Materialize selected"
    : match !== undefined
    ? `Materialize ${match.found.length} found`
    : undefined;
  chosenText.textContent = text ?? "";
  chosenText.hidden = text === undefined;
  staleText.hidden = text !== undefined;
  const count = match === undefined ? Number(staleText.dataset.count) : match.found.length;
  button.disabled = !isAsset(selected) && count === 0;
}

function keyOf(node: HTMLElement): string {
  return node.dataset.key ?? "";
}

/** The node that an asset is seen as: itself, or the group that hides it. */
function shownAs({ name, group }: { readonly name: string; readonly group: string }): string {
  return nodeOf.has(name) ? name : `group:${group}`;
}

function isAsset(key: string | undefined): key is string {
  return key !== undefined && !key.startsWith("group:");
}

async function select(key: string | undefined): Promise<void> {
  selected = key;
  const focusable = key ?? keyOf(nodes[0] ?? panel);
  for (const node of nodes) {
    node.classList.toggle("sel", keyOf(node) === key);
    node.tabIndex = keyOf(node) === focusable ? 0 : -1;
  }
  panel.hidden = !isAsset(key);
  paint();
  if (key === undefined) return;
  nodeOf.get(key)?.focus({ preventScroll: true });
  viewport.reveal(rectOf(key));
  if (isAsset(key)) await showPanel(key);
}

async function showPanel(key: string): Promise<void> {
  const path = key.split("/").map(encodeURIComponent).join("/");
  const text = await read(`/lineage/panel/${path}`);
  if (selected === key && text !== undefined) panel.innerHTML = text;
}

async function find(): Promise<void> {
  const asked = new URLSearchParams({ q: query.value, status: [...filters].join(",") });
  const text = await read(`/lineage/match?${asked}`);
  if (text === undefined) return;
  const found: Match = JSON.parse(text);
  match = found.all ? undefined : found;
  queryProblem.textContent = found.problem ?? "";
  query.setAttribute("aria-invalid", String(found.problem !== null));
  paint();
}

const findSoon = throttle(120, () => void find());

function start(): void {
  if (isAsset(selected)) void materialize({ assets: [selected] });
  else if (match !== undefined) {
    void materialize({ assets: match.found.map((asset) => asset.name) });
  } else void materialize({ stale: true });
}

/** The nearest of some nodes, by height. */
function nearest(from: string, to: readonly string[]): string | undefined {
  const { y } = rectOf(from);
  return to.toSorted((a, b) => Math.abs(rectOf(a).y - y) - Math.abs(rectOf(b).y - y))[0];
}

/** The next node above or below in the same column. */
function inColumn(from: string, sign: 1 | -1): string | undefined {
  const { x, y } = rectOf(from);
  return [...rects].filter(([, r]) => Math.abs(r.x - x) < 150 && (r.y - y) * sign > 0)
    .toSorted(([, a], [, b]) => (a.y - b.y) * sign)[0]?.[0];
}

function walk(key: string): void {
  const from = selected ?? keyOf(nodes[0] ?? panel);
  const steps: Record<string, () => string | undefined> = {
    ArrowRight: () => nearest(from, downstream.get(from) ?? []),
    ArrowLeft: () => nearest(from, upstream.get(from) ?? []),
    ArrowDown: () => inColumn(from, 1),
    ArrowUp: () => inColumn(from, -1),
  };
  const next = steps[key]?.();
  if (selected === undefined) void select(from);
  else if (next !== undefined) void select(next);
}

function open(): void {
  const node = selected === undefined ? undefined : nodeOf.get(selected);
  if (node instanceof HTMLAnchorElement) location.href = node.href;
}

function onSearchKey(event: KeyboardEvent): void {
  if (event.key === "Escape") {
    query.value = "";
    query.blur();
    findSoon();
  } else if (event.key === "Enter") {
    event.preventDefault();
    void find().then(() => {
      const first = match?.found[0];
      if (first !== undefined) return select(shownAs(first));
    });
  }
}

function onKey(event: KeyboardEvent): void {
  if (document.activeElement === query) return onSearchKey(event);
  const target = event.target as HTMLElement;
  if (event.key === "/") {
    event.preventDefault();
    return query.focus();
  }
  if (event.key === "Escape") return void select(undefined);
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  if (target.closest("#panel,header,.bar,.zoom") !== null) return;
  if (event.key.startsWith("Arrow")) {
    event.preventDefault();
    return walk(event.key);
  }
  if (event.key === "f") viewport.fit({ animate: true });
  if (event.key === "+") viewport.zoom(1.2);
  if (event.key === "-") viewport.zoom(1 / 1.2);
  if (event.key === "m" && isAsset(selected)) start();
  if (event.key === "Enter" && target.closest(".node") !== null) {
    event.preventDefault();
    open();
  }
}

function boxOf(element: HTMLElement): Rect {
  const { offsetLeft: x, offsetTop: y, offsetWidth: w, offsetHeight: h } = element;
  return { x, y, w, h };
}

/** Remembers where a group is that is about to be opened or closed by a new layout. */
function rememberPlace(box: HTMLElement): void {
  const place = { group: box.dataset.box, ...viewport.at(boxOf(box)) };
  sessionStorage.setItem("lineage-place", JSON.stringify(place));
}

/** Puts the group that was opened or closed where it was before. */
function restorePlace(): boolean {
  const kept = sessionStorage.getItem("lineage-place");
  sessionStorage.removeItem("lineage-place");
  if (kept === null) return false;
  const place: Place & { group: string } = JSON.parse(kept);
  const box = stage.querySelector<HTMLElement>(`[data-box="${CSS.escape(place.group)}"]`);
  if (box === null) return false;
  viewport.put(boxOf(box), place);
  return true;
}

function onClick(event: MouseEvent): void {
  const target = event.target as HTMLElement;
  if (viewport.dragged) return event.preventDefault();
  if (target.closest("[data-close]") !== null) return void select(undefined);
  const box = target.closest(".ghead,.gnode")?.closest<HTMLElement>("[data-box]");
  if (box) return rememberPlace(box);
  const one = target.closest<HTMLElement>("[data-materialize-one]")?.dataset.materializeOne;
  if (one !== undefined) return void materialize({ assets: [one] });
  const node = target.closest<HTMLElement>(".node");
  if (node !== null && !event.metaKey && !event.ctrlKey) {
    event.preventDefault();
    void select(keyOf(node));
  } else if (target.closest("a,button,#panel,#mini") === null) void select(undefined);
}

/** An asset changed: its node says so at once, without the server. */
function onAsset(card: Card): void {
  const node = nodeOf.get(card.name);
  if (node !== undefined) {
    node.classList.replace(node.dataset.status ?? "", card.status);
    node.dataset.status = card.status;
    need(".st span", node).textContent = card.statusWord;
    need("time", node).textContent = card.age;
    need(".age", node).className = `age ${card.freshness}`;
    node.classList.remove("flash");
    void node.offsetWidth;
    node.classList.add("flash");
  }
  if (match !== undefined) findSoon();
  if (selected === card.name) void showPanel(card.name);
  paint();
}

addEventListener("aurora:asset", (event) => {
  onAsset((event as CustomEvent<{ asset: Card }>).detail.asset);
});
addEventListener("refreshed", () => {
  staleText.dataset.count = need("[data-region=stale]").textContent?.replaceAll(",", "") ?? "0";
  paintButton();
});
addEventListener("keydown", onKey);
addEventListener("themechange", () => {
  viewport.readColours();
  viewport.paintSoon();
});
addEventListener("resize", () => viewport.fit({ readable: true }));
view.addEventListener("click", onClick);
view.addEventListener("dblclick", (event) => {
  const node = (event.target as HTMLElement).closest<HTMLAnchorElement>(".node");
  if (node !== null) location.href = node.href;
});
query.addEventListener("input", findSoon);
for (const chip of all("[data-filter]")) {
  chip.addEventListener("click", () => {
    const status = chip.dataset.filter ?? "";
    if (!filters.delete(status)) filters.add(status);
    chip.setAttribute("aria-pressed", String(filters.has(status)));
    findSoon();
  });
}
button.addEventListener("click", start);
need("#zi").addEventListener("click", () => viewport.zoom(1.25));
need("#zo").addEventListener("click", () => viewport.zoom(0.8));
need("#zf").addEventListener("click", () => viewport.fit({ animate: true }));
need(".controls").hidden = false;
for (const node of nodes) node.tabIndex = node === nodes[0] ? 0 : -1;
if (!restorePlace()) viewport.fit({ readable: true });
if (query.value === "") paint();
else void find();
