/** Connections to Redis that never hang. @module */
import { Redis } from "ioredis";
import { ServiceUnavailableError, tracing, withinMs } from "engine";
import { traceCommands } from "./traced.ts";

export type { Redis };

/** How {@linkcode connectRedis} connects. */
export interface RedisOptions {
  /** Shown by CLIENT LIST; "aurora" unless told. */
  readonly name?: string;
  /** Hears of lost connections, for the log. */
  readonly onError?: (error: Error) => void;
}

/**
 * Opens a connection in the background: commands wait for it, but for no more than three attempts
 * (some 300 ms when nobody listens, 1 s when nothing answers).
 * @throws {TypeError} If `url` is not like `redis://user:password@host:6379/0` or `rediss://…`.
 */
export function connectRedis(url: string, options: RedisOptions = {}): Redis {
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    throw new TypeError(
      `Cannot read the address of Redis: it must be like "redis://user:password@host:6379/0"`,
    );
  }
  const redis = new Redis(url, {
    connectionName: options.name ?? "aurora",
    connectTimeout: 1000,
    maxRetriesPerRequest: 3,
    retryStrategy: (attempt) => Math.min(1000, 50 * attempt),
    // INFO may be denied to our user, and then it only prints a warning.
    enableReadyCheck: false,
  });
  // Without a listener ioredis prints errors itself; commands report them to who gave them.
  redis.on("error", (error: Error) => options.onError?.(error));
  const recorder = tracing();
  if (recorder) traceCommands(redis, recorder);
  return redis;
}

/** `Redis at "host:6379"`, without credentials. */
export function redisAddress(redis: Redis): string {
  const { host, port, path } = redis.options;
  return `Redis at "${path ?? `${host}:${port}`}"`;
}

/**
 * Does something with Redis within a limit, and says in a sentence if it did not go. A connection
 * that is silent is given up, so that the next caller gets a new one.
 * @throws {ServiceUnavailableError} If Redis refuses, is not there or is silent for `limitMs`.
 */
export async function withRedis<T>(
  redis: Redis,
  work: { readonly doing: string; readonly limitMs: number },
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await withinMs(work.limitMs, act());
  } catch (error) {
    if (error instanceof DOMException) redis.disconnect(true);
    // ioredis shows the command that failed: of a refused login, the password.
    if (error instanceof Error && "command" in error) delete error.command;
    throw new ServiceUnavailableError(redisAddress(redis), work.doing, error);
  }
}

/** Ends a connection, waiting at most a second for what is under way. */
export async function closeRedis(redis: Redis): Promise<void> {
  if (redis.status === "end") return;
  try {
    if (redis.status === "ready") await withinMs(1000, redis.quit());
  } catch { /* it was dead: what was to be ended has ended */ }
  redis.disconnect();
}
