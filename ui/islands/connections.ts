/// <reference lib="dom" />
import { post, toast } from "./act.ts";

const pathOf = (name: string) => `/api/v1/connections/${encodeURIComponent(name)}`;

/** Buttons and forms of the connections page; `refresh` reads the page again. */
export function listenForConnections(refresh: () => void): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLButtonElement>(
      "[data-connection-test],[data-connection-remove],[data-connection-rotate]",
    );
    if (button !== null) void press(button).then(refresh);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.dataset.connection === undefined) return;
    event.preventDefault();
    void save(form, form.dataset.connection).then(refresh);
  });
}

async function press(button: HTMLButtonElement): Promise<void> {
  const { connectionTest, connectionRemove, connectionRotate } = button.dataset;
  button.disabled = true;
  try {
    if (connectionTest !== undefined) await test(connectionTest);
    if (connectionRemove !== undefined) await remove(connectionRemove);
    if (connectionRotate !== undefined) await rotate();
  } finally {
    button.disabled = false;
  }
}

async function test(name: string): Promise<void> {
  toast(`Connecting to ${name}…`);
  const found = await post<{ reached: boolean; found: string }>(`${pathOf(name)}/test`, {});
  if (found === undefined) return;
  const word = found.reached ? "is reached" : "is not reached";
  toast(`${name} ${word}: ${found.found}`, { bad: !found.reached });
}

async function remove(name: string): Promise<void> {
  if (await post(`${pathOf(name)}/remove`, {})) toast(`Connection ${name} is removed`);
}

async function rotate(): Promise<void> {
  const done = await post<{ rotated: number; problems: readonly string[] }>(
    "/api/v1/connection-keys/rotate",
    {},
  );
  if (done === undefined) return;
  toast(`${done.rotated} encrypted again`);
  for (const problem of done.problems) toast(problem, { bad: true });
}

async function save(form: HTMLFormElement, name: string): Promise<void> {
  const change = changeOf(form);
  if (change === undefined) return;
  const to = name === "" ? String(new FormData(form).get("name")).trim() : name;
  const kept = await post(pathOf(to), { ...change, ...(name === "" ? {} : { replace: true }) });
  if (kept === undefined) return;
  toast(`Connection ${to} is kept, encrypted`);
  form.reset();
  form.closest("details")?.removeAttribute("open");
}

/** What the form has that the page did not: all else stays as it is. */
function changeOf(form: HTMLFormElement): Record<string, unknown> | undefined {
  const change: Record<string, unknown> = {};
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) continue;
    const { name, value, defaultValue } = field;
    if (name === "name" || value === defaultValue) continue;
    change[name] = value === "" ? null : name === "port" ? Number(value) : value;
  }
  if (typeof change.extra !== "string") return change;
  try {
    return { ...change, extra: JSON.parse(change.extra) };
  } catch {
    toast("The extras are not JSON", { bad: true });
    return undefined;
  }
}
