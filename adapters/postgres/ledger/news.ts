import type { News } from "engine";
import type { Sql } from "../connect.ts";

/** News kept for a reader that is slow; after that it is told of a gap instead. */
const MOST_KEPT = 10_000;

function newsOf(payload: string): News {
  if (payload.startsWith("log:")) return { of: "log", run: payload.slice(4) };
  return { of: payload as "step" | "fact" | "outbox" };
}

/** News as notifications of the database; `gap` after the connection was lost and made again. */
export async function* news(sql: Sql, signal: AbortSignal): AsyncGenerator<News> {
  let kept: News[] = [];
  let wake = () => {};
  const put = (n: News) => {
    if (kept.length >= MOST_KEPT) kept = [{ of: "gap" }];
    else kept.push(n);
    wake();
  };
  let first = true;
  const listening = await sql.listen("aurora", (payload) => put(newsOf(payload)), () => {
    if (!first) put({ of: "gap" });
    first = false;
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
    await listening.unlisten().catch(() => {});
  }
}
