/** A cache in Redis. @module */
import type { Buffer } from "node:buffer";
import { type Cache, type CacheEntry, checkTtl } from "engine";
import { closeRedis, connectRedis, type Redis, type RedisOptions, withRedis } from "./connect.ts";
import { bulk, FrameWriter, sendFrames } from "./frames.ts";

/** How a cache in Redis works. */
export interface RedisCacheOptions extends RedisOptions {
  /** Put before every key, so that several may share a Redis; "aurora:" unless told. */
  readonly prefix?: string;
  /** Limit of one read, and of every 1000 keys of a write, in milliseconds; 1000 unless told. */
  readonly limitMs?: number;
}

/** Opens a cache on the Redis at `url`; close it by `await using`. */
export function redisCache(url: string, options: RedisCacheOptions = {}): Cache {
  return new RedisCache(connectRedis(url, options), options);
}

const KEYS_A_SEND = 1000;

class RedisCache implements Cache {
  readonly name = "redis";
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #limitMs: number;

  constructor(redis: Redis, { prefix = "aurora:", limitMs = 1000 }: RedisCacheOptions) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#limitMs = limitMs;
  }

  async put(entries: readonly CacheEntry[], { ttlMs }: { readonly ttlMs: number }): Promise<void> {
    checkTtl(ttlMs);
    const encoder = new TextEncoder();
    const [set, px, ttl] = [bulk("SET"), bulk("PX"), bulk(String(ttlMs))];
    const writer = new FrameWriter();
    for (let at = 0; at < entries.length; at += KEYS_A_SEND) {
      const frames = entries.slice(at, at + KEYS_A_SEND).map(({ key, value }) =>
        writer.begin(5).raw(set).bulk(encoder.encode(this.#prefix + key)).bulk(value)
          .raw(px).raw(ttl).frame()
      );
      await this.#do("write to the cache", () => sendFrames(this.#redis, "set", frames));
    }
  }

  async get(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const values: (Uint8Array | undefined)[] = [];
    for (const some of this.#batches(keys)) {
      const found = await this.#do("read from the cache", () => this.#redis.mgetBuffer(some));
      for (const value of found) values.push(value === null ? undefined : bytesOf(value));
    }
    return values;
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const some of this.#batches(keys)) {
      await this.#do("delete from the cache", () => this.#redis.unlink(some));
    }
  }

  *#batches(keys: readonly string[]): Generator<string[]> {
    for (let at = 0; at < keys.length; at += KEYS_A_SEND) {
      yield keys.slice(at, at + KEYS_A_SEND).map((key) => this.#prefix + key);
    }
  }

  #do<T>(doing: string, act: () => Promise<T>): Promise<T> {
    return withRedis(this.#redis, { doing, limitMs: this.#limitMs }, act);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return closeRedis(this.#redis);
  }
}

/** Plain bytes: a Buffer would not equal them, and may share a pool with others. */
function bytesOf(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer);
}
