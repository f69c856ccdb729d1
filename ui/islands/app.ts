/// <reference lib="dom" />
// Every page: theme, the live connection, refreshing regions in place, and buttons that start
// something.
import { materialize, post, toast } from "./act.ts";
import { listenForAlerts } from "./alerts.ts";
import { listenForConnections } from "./connections.ts";
import { listenForBackfills } from "./backfills.ts";
import { all, need, read, throttle } from "./dom.ts";
import { showWho } from "./who.ts";

const main = need("#main");
const wanted = new Set((main.dataset.refresh ?? "").split(" "));
const about = main.dataset.about === undefined
  ? undefined
  : new Set<string>(JSON.parse(main.dataset.about));

function switchTheme(): void {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  root.dataset.theme = (root.dataset.theme ?? system) === "dark" ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // Not kept, then.
  }
  dispatchEvent(new Event("themechange"));
}

/** Reads the page again and swaps the regions that differ; what is open or focused stays so. */
async function refresh(): Promise<void> {
  const text = await read(main.dataset.source ?? location.href);
  if (text === undefined) return;
  const fresh = new DOMParser().parseFromString(text, "text/html");
  let changed = false;
  for (const region of all("[data-region]")) {
    const next = fresh.querySelector<HTMLElement>(
      `[data-region="${CSS.escape(region.dataset.region ?? "")}"]`,
    );
    if (next === null) continue;
    // Plots are drawn into the region, so compare with what the server said last, not with what is
    // shown.
    const said = next.innerHTML;
    if ((lastSaid.get(region) ?? region.innerHTML) === said) continue;
    lastSaid.set(region, said);
    swap(region, next);
    changed = true;
  }
  if (changed) dispatchEvent(new Event("refreshed"));
}

const lastSaid = new WeakMap<HTMLElement, string>();
for (const region of all("[data-region]")) lastSaid.set(region, region.innerHTML);

function swap(region: HTMLElement, next: HTMLElement): void {
  const active = document.activeElement;
  const focus = active !== null && region.contains(active) ? pathOf(region, active) : undefined;
  const open = all("details", region).map((element) => (element as HTMLDetailsElement).open);
  const scrolled = all(".scroll", region).map((element) => element.scrollTop);
  region.replaceChildren(...next.childNodes);
  all("details", region).forEach((element, i) => {
    if (open[i]) (element as HTMLDetailsElement).open = true;
  });
  all(".scroll", region).forEach((element, i) => element.scrollTop = scrolled[i] ?? 0);
  if (focus !== undefined) focusAt(region, focus);
}

function pathOf(root: Element, element: Element): number[] {
  const path: number[] = [];
  for (let at: Element = element; at !== root && at.parentElement !== null; at = at.parentElement) {
    path.unshift([...at.parentElement.children].indexOf(at));
  }
  return path;
}

function focusAt(root: Element, path: readonly number[]): void {
  let at: Element | undefined = root;
  for (const i of path) at = at?.children[i];
  if (at instanceof HTMLElement) at.focus({ preventScroll: true });
}

const refreshSoon = throttle(250, () => void refresh());

function concerns(type: string, change: { run?: unknown; asset?: { name: string } }): boolean {
  if (!wanted.has(type)) return false;
  if (about === undefined) return true;
  const run = change.run;
  const name = type === "asset"
    ? change.asset?.name
    : typeof run === "string"
    ? run
    : (run as { id: string } | undefined)?.id;
  return name !== undefined && about.has(name);
}

function connect(): void {
  const live = need("#live");
  const word = need("span", live);
  live.hidden = false;
  const source = new EventSource("/events");
  let connected = false;
  source.addEventListener("hello", () => {
    live.className = "live on";
    word.textContent = "live";
    // What happened while the line was cut is unknown.
    if (connected) refreshSoon();
    connected = true;
  });
  source.addEventListener("error", () => {
    live.className = "live off";
    word.textContent = "reconnecting";
  });
  source.addEventListener("reload", () => refreshSoon());
  for (const type of ["asset", "run", "step", "log", "alert"]) {
    source.addEventListener(type, (event) => {
      const change = JSON.parse((event as MessageEvent<string>).data);
      dispatchEvent(new CustomEvent(`aurora:${type}`, { detail: change }));
      if (concerns(type, change)) refreshSoon();
    });
  }
}

async function submitMaterialize(form: HTMLFormElement): Promise<void> {
  const asset = form.dataset.materialize ?? "";
  const partition = new FormData(form).get("partition");
  await materialize({
    assets: [asset],
    ...(typeof partition === "string" ? { partitions: [partition] } : {}),
  });
}

async function press(button: HTMLElement): Promise<void> {
  const { trigger, runAction, run, step, switch: name, to, runPlan, poolDeclared } = button.dataset;
  if (poolDeclared !== undefined) await setPool(poolDeclared, null);
  if (runPlan !== undefined) await materialize(JSON.parse(runPlan));
  if (name !== undefined) {
    const done = await post("/api/v1/switches", { name, paused: to === "paused" });
    if (done) toast(`${name.replace(":", " ")} ${to}`);
    await refresh();
  }
  if (trigger !== undefined) {
    const path = `/api/v1/jobs/${encodeURIComponent(trigger)}/trigger`;
    const started = await post(path, { triggeredBy: "ui" });
    if (started) toast(`Started run ${started.run}`, { href: `/runs/${started.run}` });
  }
  if (runAction !== undefined && run !== undefined) {
    if (runAction === "cancel") await cancel(run, step);
    if (runAction === "retry") await runAgain(run, {});
  }
}

async function setPool(name: string, slots: number | null): Promise<void> {
  const pool = await post<{ slots: number }>(`/api/v1/pools/${encodeURIComponent(name)}`, {
    slots,
    by: "ui",
  });
  if (pool) toast(`Pool ${name} has ${pool.slots} slots`);
  await refresh();
}

/** Ends a run, or one step of it. */
async function cancel(run: string, step: string | undefined): Promise<void> {
  const at = step === undefined ? "" : `/steps/${encodeURIComponent(step)}`;
  const path = `/api/v1/runs/${encodeURIComponent(run)}${at}/cancel`;
  const done = await post(path, { by: "a person on the page" });
  if (done) toast(step === undefined ? `Cancelling run ${run}` : `Cancelling a step of run ${run}`);
}

/** Starts a new run of steps of one that has ended, and goes there. */
async function runAgain(run: string, request: object): Promise<void> {
  const path = `/api/v1/runs/${encodeURIComponent(run)}/retry`;
  const started = await post(path, { ...request, triggeredBy: "ui" });
  if (started) location.href = `/runs/${started.run}`;
}

async function submitRerun(form: HTMLFormElement): Promise<void> {
  const data = new FormData(form);
  const [which, only] = [String(data.get("which")), String(data.get("only")).trim()];
  await runAgain(form.dataset.rerun ?? "", {
    ...(which === "only" ? { only } : { which }),
    downstream: data.has("downstream"),
    inputs: data.has("same") ? "same" : "newest",
  });
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.dataset.pool !== undefined) {
    event.preventDefault();
    return void setPool(form.dataset.pool, Number(new FormData(form).get("slots")));
  }
  if (form.dataset.rerun !== undefined) {
    event.preventDefault();
    return void submitRerun(form);
  }
  if (form.dataset.materialize === undefined) return;
  event.preventDefault();
  void submitMaterialize(form);
});
document.addEventListener("click", (event) => {
  const button = (event.target as HTMLElement).closest<HTMLElement>(
    "[data-trigger],[data-run-action],[data-switch],[data-run-plan],[data-pool-declared]",
  );
  if (button !== null) void press(button);
});
listenForBackfills(refreshSoon);
listenForAlerts(refreshSoon);
listenForConnections(refreshSoon);
void showWho();
const themeButton = need("#theme");
themeButton.hidden = false;
themeButton.addEventListener("click", switchTheme);
connect();
// Nothing is polled for news; ages and running times just grow old.
setInterval(() => {
  if (!document.hidden) refreshSoon();
}, Number(main.dataset.every ?? 60_000));
