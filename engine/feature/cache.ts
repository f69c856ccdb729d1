/** The port to a cache of bytes under string keys. @module */

/** One thing to keep. */
export interface CacheEntry {
  readonly key: string;
  readonly value: Uint8Array;
}

/** Bytes under string keys that go by themselves after a time. */
export interface Cache extends AsyncDisposable {
  /** For messages and the UI: "redis", "postgres", "memory". */
  readonly name: string;
  /** Stores all entries, replacing what was there; each lives `ttlMs` from now. */
  put(entries: readonly CacheEntry[], options: { readonly ttlMs: number }): Promise<void>;
  /** Gives the values in the order of `keys`; `undefined` where there is none (any more). */
  get(keys: readonly string[]): Promise<(Uint8Array | undefined)[]>;
  /** Removes what is there of `keys`. */
  delete(keys: readonly string[]): Promise<void>;
}

/**
 * Refuses a time to live that is none.
 * @throws {RangeError} Unless `ttlMs` is a whole number of at least 1.
 */
export function checkTtl(ttlMs: number): void {
  if (Number.isSafeInteger(ttlMs) && ttlMs >= 1) return;
  throw new RangeError(
    `Cannot put into cache: ttl ${ttlMs} is not whole milliseconds of 1 or more`,
  );
}

/** Makes a cache in this process, for tests; `now` is the clock in milliseconds. */
export function memoryCache(now: () => number): Cache {
  const kept = new Map<string, { readonly value: Uint8Array; readonly until: number }>();
  return {
    name: "memory",
    // deno-lint-ignore require-await -- what it refuses is a rejection, as of every other cache
    async put(entries, { ttlMs }) {
      checkTtl(ttlMs);
      const until = now() + ttlMs;
      for (const { key, value } of entries) kept.set(key, { value: value.slice(), until });
    },
    get(keys) {
      const live = (key: string) => {
        const entry = kept.get(key);
        return entry && entry.until > now() ? entry.value.slice() : undefined;
      };
      return Promise.resolve(keys.map(live));
    },
    delete(keys) {
      for (const key of keys) kept.delete(key);
      return Promise.resolve();
    },
    [Symbol.asyncDispose]() {
      kept.clear();
      return Promise.resolve();
    },
  };
}
