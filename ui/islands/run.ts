/// <reference lib="dom" />
// The run page: the log grows while one reads it; level, search and follow.
import { fieldsText } from "../words.ts";
import { all, need, read, throttle } from "./dom.ts";

interface Line {
  readonly id: string;
  readonly at: string;
  readonly asset: string | null;
  readonly level: string;
  readonly message: string;
  readonly fields: { readonly [name: string]: unknown } | null;
}

const lines = need("#lines");
const query = need<HTMLInputElement>("#log-query");
const follow = need<HTMLInputElement>("#log-follow");
const run = lines.dataset.run ?? "";
let level = "all";
let reading = false;

const levels: Record<string, readonly string[]> = {
  event: ["event"],
  warn: ["warn", "error"],
  error: ["error"],
};

function fits(line: HTMLElement): boolean {
  const text = query.value.trim().toLowerCase();
  const named = levels[level]?.includes(line.dataset.level ?? "") ?? true;
  return named && (text === "" || (line.textContent ?? "").toLowerCase().includes(text));
}

function filter(): void {
  for (const line of all(".ln", lines)) line.hidden = !fits(line);
}

function cell(tag: string, text: string, look?: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  if (look !== undefined) element.className = look;
  return element;
}

function append(line: Line): void {
  const row = document.createElement("div");
  row.className = `ln ${line.level}`;
  row.dataset.level = line.level;
  row.append(
    cell("time", line.at.slice(11, 23)),
    cell("b", line.asset ?? "—"),
    cell("span", line.level, "lv"),
    cell("span", line.message),
  );
  const fields = fieldsText(line.fields);
  if (fields !== "") row.append(cell("span", fields, "dim fields"));
  row.hidden = !fits(row);
  lines.querySelector(".nothing")?.remove();
  lines.append(row);
}

/** Reads on from the last line that is shown, until there is nothing more. */
async function readOn(): Promise<void> {
  // Without a run in it the log is not for this reader.
  if (run === "") return;
  if (reading) return readSoon();
  reading = true;
  try {
    const after = encodeURIComponent(lines.dataset.after ?? "0");
    const path = `/api/v1/runs/${encodeURIComponent(run)}/logs?limit=1000&after=${after}`;
    const text = await read(path);
    if (text === undefined) return;
    const fresh: readonly Line[] = JSON.parse(text);
    for (const line of fresh) append(line);
    lines.dataset.after = fresh.at(-1)?.id ?? lines.dataset.after ?? "0";
    if (follow.checked && fresh.length > 0) toEnd();
    if (fresh.length === 1000) readSoon();
  } finally {
    reading = false;
  }
}

const readSoon = throttle(150, () => void readOn());

function toEnd(): void {
  lines.scrollTop = lines.scrollHeight;
}

addEventListener("aurora:log", (event) => {
  if ((event as CustomEvent<{ run: string }>).detail.run === run) readSoon();
});
query.addEventListener("input", filter);
follow.addEventListener("change", () => {
  if (follow.checked) toEnd();
});
lines.addEventListener("wheel", (event) => {
  if (event.deltaY < 0) follow.checked = false;
}, { passive: true });
for (const button of all("[data-level][aria-pressed]")) {
  button.addEventListener("click", () => {
    level = button.dataset.level ?? "all";
    for (const other of all("[data-level][aria-pressed]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    filter();
  });
}
need("#log-bar").hidden = false;
toEnd();
void readOn();
