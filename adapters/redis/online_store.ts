/** Online features in Redis, in Feast's layout: one hash an entity for all views. @module */
import {
  answer,
  checkRows,
  checkView,
  type FeatureView,
  newestRows,
  type OnlineAnswer,
  type OnlineRow,
  type OnlineStore,
  type OnlineWriteOptions,
  type OnlineWritten,
  type StoredRow,
} from "engine";
import { Cluster } from "ioredis";
import { batches } from "./batches.ts";
import { entityKeys } from "./codec/keys.ts";
import type { RedisClient } from "./connect.ts";
import { bulk, type Frame, FrameWriter, sendFrames, slotsOf } from "./frames.ts";
import type { RedisPlace } from "./from_env.ts";
import { connectRedis, type RedisLink, type RedisOptions } from "./link.ts";
import { NEWER_WINS } from "./newer_wins.ts";
import { readPlans } from "./read_plan.ts";
import { scriptCalls, sends } from "./write_calls.ts";

/** How long a call may take. */
export interface RedisOnlineStoreOptions extends RedisOptions {
  /** Limit of one read, in milliseconds; 1000 unless told. */
  readonly readLimitMs?: number;
  /** Limit of every 8000 rows of a write, in milliseconds; 5000 unless told. */
  readonly writeLimitMs?: number;
}

/** Opens an online store on the Redis at an address or a place; close it by `await using`. */
export function redisOnlineStore(
  at: string | RedisPlace,
  options: RedisOnlineStoreOptions = {},
): OnlineStore {
  return new RedisOnlineStore(connectRedis(at, options), options);
}

/**
 * The name of a project in a namespace: `aurora_staging`. It is a part of each key in Feast's layout, so that Feast
 * reads a namespace as the project of this name.
 */
export const projectIn = ({ namespace }: Pick<RedisPlace, "namespace">, project: string): string =>
  namespace === "" ? project : `${project}_${namespace}`;

class RedisOnlineStore implements OnlineStore {
  readonly name = "redis";
  readonly #redis: RedisLink;
  readonly #options: RedisOnlineStoreOptions;
  readonly #slotOf: (key: Uint8Array) => number;

  constructor(redis: RedisLink, options: RedisOnlineStoreOptions) {
    this.#redis = redis;
    this.#options = options;
    this.#slotOf = slotsOf(redis.place);
  }

  async write(
    project: string,
    view: FeatureView,
    rows: readonly OnlineRow[],
    options: OnlineWriteOptions = {},
  ): Promise<OnlineWritten> {
    checkView(view);
    const newest = newestRows(view, rows);
    checkRows(view, newest);
    const calls = scriptCalls(view, newest, {
      project: projectIn(this.#redis.place, project),
      overwrite: options.overwrite ?? false,
      slotOf: this.#slotOf,
    });
    const work = {
      doing: `write online features of "${view.name}"`,
      limitMs: this.#options.writeLimitMs ?? 5000,
    };
    let written = 0;
    for (const some of sends(calls)) {
      const counts = await this.#redis.do(work, (client) => evaluate(client, some));
      for (const count of counts) written += Number(count);
    }
    return { written, skipped: rows.length - written };
  }

  async read(
    project: string,
    views: readonly FeatureView[],
    entities: readonly string[],
    options: { readonly now: Date },
  ): Promise<OnlineAnswer[]> {
    const plans = readPlans(projectIn(this.#redis.place, project), views, this.#slotOf);
    const frames = entities.flatMap((entity) => plans.map((plan) => plan.frame(entity)));
    const work = { doing: "read online features", limitMs: this.#options.readLimitMs ?? 1000 };
    const replies = frames.length === 0
      ? []
      : await this.#redis.do(work, (client) => sendFrames(client, "hmget", frames));
    return entities.map((entity, index) => {
      const found = new Map<FeatureView, StoredRow>();
      for (const [at, plan] of plans.entries()) {
        const reply = replies[index * plans.length + at] as (Uint8Array | null)[];
        plan.take(reply, found);
      }
      return answer(entity, views, (view) => found.get(view), options.now);
    });
  }

  async remove(project: string, entity: string, values: readonly string[]): Promise<void> {
    const keyOf = entityKeys(entity, projectIn(this.#redis.place, project));
    const work = { doing: "remove online features", limitMs: this.#options.writeLimitMs ?? 5000 };
    for (const some of batches(values, 1000)) {
      const frames = [...Map.groupBy(some.map(keyOf), this.#slotOf)].map(([slot, keys]) => {
        const frame = new FrameWriter().begin(1 + keys.length).raw(bulk("UNLINK"));
        for (const key of keys) frame.bulk(key);
        return { slot, bytes: frame.frame() };
      });
      await this.#redis.do(work, (client) => sendFrames(client, "unlink", frames));
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#redis.close();
  }
}

/** Sends script calls; loads the script if Redis lost it or never had it. */
async function evaluate(client: RedisClient, calls: readonly Frame[]): Promise<unknown[]> {
  try {
    return await sendFrames(client, "evalsha", calls);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
    // Calls that ran before the script was lost run again, and find nothing newer to write.
    const servers = client instanceof Cluster ? client.nodes("master") : [client];
    await Promise.all(servers.map((server) => server.script("LOAD", NEWER_WINS)));
    return await sendFrames(client, "evalsha", calls);
  }
}
