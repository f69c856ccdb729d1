/**
 * News of the in-memory ledger.
 *
 * @module
 */
import type { News } from "./ledger.ts";
import type { MemoryState } from "./memory_state.ts";

/** Listens from now on. News of one kind that nobody took yet are one. */
export function news(state: MemoryState, signal: AbortSignal): AsyncIterable<News> {
  const pending = new Map<string, News>();
  let wake = () => {};
  const tell = (one: News) => {
    pending.set(one.of === "log" ? `log ${one.run}` : one.of, one);
    wake();
  };
  const stop = () => {
    state.listeners.delete(tell);
    wake();
  };
  if (!signal.aborted) {
    state.listeners.add(tell);
    signal.addEventListener("abort", stop, { once: true });
  }
  return take();

  async function* take() {
    try {
      while (!signal.aborted) {
        for (const [key, one] of pending) {
          pending.delete(key);
          yield one;
          if (signal.aborted) return;
        }
        await new Promise<void>((resolve) => wake = resolve);
      }
    } finally {
      signal.removeEventListener("abort", stop);
      stop();
    }
  }
}
