/** A cache in Redis. @module */
import { type Cache, type CacheEntry, checkTtl } from "engine";
import { bulk, type Frame, FrameWriter, sendFrames, slotsOf } from "./frames.ts";
import type { RedisPlace } from "./from_env.ts";
import { connectRedis, type RedisLink, type RedisOptions } from "./link.ts";

/** How a cache in Redis works. */
export interface RedisCacheOptions extends RedisOptions {
  /** Put before every key, so that several may share a Redis; "aurora:" unless told, in a namespace "aurora_staging:". */
  readonly prefix?: string;
  /** Limit of one read, and of every 1000 keys of a write, in milliseconds; 1000 unless told. */
  readonly limitMs?: number;
}

/** Opens a cache on the Redis at an address or a place; close it by `await using`. */
export function redisCache(at: string | RedisPlace, options: RedisCacheOptions = {}): Cache {
  return new RedisCache(connectRedis(at, options), options);
}

/** What stands before every key of a place. */
export const cachePrefix = ({ namespace }: Pick<RedisPlace, "namespace">): string =>
  namespace === "" ? "aurora:" : `aurora_${namespace}:`;

const KEYS_A_SEND = 1000;
const encoder = new TextEncoder();

/** A key as Redis has it. */
interface Place {
  readonly key: Uint8Array;
  readonly slot: number;
  /** Where it stands among those that were given. */
  readonly at: number;
}

class RedisCache implements Cache {
  readonly name = "redis";
  readonly #redis: RedisLink;
  readonly #prefix: string;
  readonly #limitMs: number;
  readonly #slotOf: (key: Uint8Array) => number;

  constructor(redis: RedisLink, { prefix, limitMs = 1000 }: RedisCacheOptions) {
    this.#redis = redis;
    this.#prefix = prefix ?? cachePrefix(redis.place);
    this.#limitMs = limitMs;
    this.#slotOf = slotsOf(redis.place);
  }

  async put(entries: readonly CacheEntry[], { ttlMs }: { readonly ttlMs: number }): Promise<void> {
    checkTtl(ttlMs);
    const [set, px, ttl] = [bulk("SET"), bulk("PX"), bulk(String(ttlMs))];
    const writer = new FrameWriter();
    for (let start = 0; start < entries.length; start += KEYS_A_SEND) {
      const frames = entries.slice(start, start + KEYS_A_SEND).map(({ key: name, value }, at) => {
        const { key, slot } = this.#place(name, at);
        return {
          slot,
          bytes: writer.begin(5).raw(set).bulk(key).bulk(value).raw(px).raw(ttl).frame(),
        };
      });
      await this.#send("write to the cache", "set", frames);
    }
  }

  async get(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const values: (Uint8Array | undefined)[] = Array.from({ length: keys.length });
    for (const groups of this.#groups(keys)) {
      const frames = groups.map((group) => ofKeys("MGET", group));
      const replies = await this.#send("read from the cache", "mget", frames);
      for (const [n, group] of groups.entries()) {
        const found = replies[n] as (Uint8Array | null)[];
        // Plain bytes: a Buffer would not equal them, and may share a pool with others.
        for (const [i, { at }] of group.entries()) {
          const value = found[i];
          if (value) values[at] = new Uint8Array(value);
        }
      }
    }
    return values;
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const groups of this.#groups(keys)) {
      const frames = groups.map((group) => ofKeys("UNLINK", group));
      await this.#send("delete from the cache", "unlink", frames);
    }
  }

  #place(name: string, at: number): Place {
    const key = encoder.encode(this.#prefix + name);
    return { key, slot: this.#slotOf(key), at };
  }

  /** Keys that are sent at once, and of them those that may share a command. */
  *#groups(keys: readonly string[]): Generator<Place[][]> {
    for (let start = 0; start < keys.length; start += KEYS_A_SEND) {
      const some = keys.slice(start, start + KEYS_A_SEND)
        .map((name, i) => this.#place(name, start + i));
      yield [...Map.groupBy(some, ({ slot }) => slot).values()];
    }
  }

  #send(doing: string, name: string, frames: readonly Frame[]): Promise<unknown[]> {
    const work = { doing, limitMs: this.#limitMs };
    return this.#redis.do(work, (client) => sendFrames(client, name, frames));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#redis.close();
  }
}

function ofKeys(command: string, places: readonly Place[]): Frame {
  const writer = new FrameWriter().begin(1 + places.length).raw(bulk(command));
  for (const { key } of places) writer.bulk(key);
  return { slot: places[0]!.slot, bytes: writer.frame() };
}
