import type { News } from "engine";
import { notifications } from "../listen.ts";

/** News kept for a reader that is slow; after that it is told of a gap instead. */
const MOST_KEPT = 10_000;

function newsOf(payload: string): News {
  if (payload.startsWith("log:")) return { of: "log", run: payload.slice(4) };
  return { of: payload as "step" | "fact" | "outbox" };
}

/** News as notifications of the database; a `gap` whenever the connection was made again. */
export async function* news(url: string, signal: AbortSignal): AsyncGenerator<News> {
  if (signal.aborted) return;
  let kept: News[] = [];
  let wake = () => {};
  let connected = false;
  const put = (n: News) => {
    if (kept.length >= MOST_KEPT) kept = [{ of: "gap" }];
    else kept.push(n);
    wake();
  };
  await using _listening = await notifications(url, {
    channels: ["aurora"],
    handle: (_, payload) => put(newsOf(payload)),
    catchUp() {
      if (connected) put({ of: "gap" });
      connected = true;
    },
  });
  const stop = () => wake();
  signal.addEventListener("abort", stop);
  try {
    while (!signal.aborted) {
      const now = kept;
      kept = [];
      yield* now;
      if (kept.length === 0 && !signal.aborted) {
        await new Promise<void>((resolve) => wake = resolve);
      }
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
