/// <reference lib="dom" />
import { need } from "./dom.ts";

interface Started {
  readonly run: string;
  readonly steps: number;
}

/** Shows a line for a while; `href` makes it a link. */
export function toast(text: string, options: { bad?: boolean; href?: string } = {}): void {
  const line = document.createElement(options.href === undefined ? "div" : "a");
  line.className = options.bad ? "toast bad" : "toast";
  line.textContent = text;
  if (line instanceof HTMLAnchorElement && options.href !== undefined) line.href = options.href;
  need("#toasts").append(line);
  setTimeout(() => line.remove(), options.bad ? 10_000 : 5_000);
}

/** Asks the API to do something, and tells what came of it. */
export async function post<Answer = Started>(
  path: string,
  body: unknown,
): Promise<Answer | undefined> {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  toast([answer.message, answer.hint].filter(Boolean).join(". "), { bad: true });
  return undefined;
}

/** Starts a run of some assets, or of all that is stale. */
export async function materialize(
  request: {
    selection?: string;
    assets?: readonly string[];
    partitions?: readonly string[];
    stale?: boolean;
  },
): Promise<void> {
  const reason = request.stale ? "everything stale, asked for by hand" : "asked for by hand";
  const started = await post("/api/v1/runs", { ...request, reason, triggeredBy: "ui" });
  if (started === undefined) return;
  const steps = `${started.steps} step${started.steps === 1 ? "" : "s"}`;
  toast(`Started run ${started.run}, ${steps}`, { href: `/runs/${started.run}` });
}
