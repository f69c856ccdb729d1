/** A sign that something may be new, for loops that wait. @module */

/** Given by whoever hears of news, waited for by a loop such as `relay`. */
export interface Sign {
  /** Wakes all that wait now. */
  give(): void;
  /** Resolves at the next sign, or when `signal` aborts. */
  readonly wait: (signal: AbortSignal) => Promise<void>;
}

/**
 * Makes a sign, to tie a listener to a loop.
 *
 * @example
 * ```ts
 * import { sign } from "engine";
 *
 * const news = sign();
 * const woken = news.wait(new AbortController().signal);
 * news.give(); // called by the handler of LISTEN
 * await woken;
 * ```
 */
export function sign(): Sign {
  let next = Promise.withResolvers<void>();
  return {
    give() {
      next.resolve();
      next = Promise.withResolvers();
    },
    wait: async (signal) => {
      if (signal.aborted) return;
      const ended = Promise.withResolvers<void>();
      const end = () => ended.resolve();
      signal.addEventListener("abort", end, { once: true });
      await Promise.race([next.promise, ended.promise]);
      signal.removeEventListener("abort", end);
    },
  };
}
