/** A link to Redis that never hangs. @module */
import { Cluster } from "ioredis";
import { ServiceUnavailableError, withinMs } from "engine";
import { type ClientOptions, openClient, type RedisClient } from "./connect.ts";
import { type RedisPlace, redisPlace } from "./from_env.ts";

/** How {@linkcode connectRedis} connects. */
export interface RedisOptions extends ClientOptions {
  /** Calls that may wait at once; more are refused at once. 1000 unless told. */
  readonly mostWaiting?: number;
}

/** One call, for messages and limits. */
export interface RedisWork {
  /** `read online features`. */
  readonly doing: string;
  /** Milliseconds until it is given up. */
  readonly limitMs: number;
}

/** A client that is replaced when it is silent or has ended. */
export interface RedisLink {
  readonly place: RedisPlace;
  /** `Redis at "host:6379"`, without credentials. */
  readonly address: string;
  /**
   * Does something with Redis within a limit, and says in a sentence if it did not go. A connection that is silent is
   * given up, so that the next caller gets a new one.
   *
   * @throws {ServiceUnavailableError} If Redis refuses, is not there, is silent for `limitMs`, or too much waits for it.
   */
  do<T>(work: RedisWork, act: (client: RedisClient) => Promise<T>): Promise<T>;
  /** Ends the connection, waiting at most a second for what is under way. */
  close(): Promise<void>;
}

/**
 * Opens a link in the background to the Redis at an address or a place.
 *
 * @throws {TypeError} If the address cannot be read.
 */
export function connectRedis(at: string | RedisPlace, options: RedisOptions = {}): RedisLink {
  return new Link(typeof at === "string" ? redisPlace(at) : at, options);
}

/** A client and the number of calls that wait for it. */
interface Held {
  readonly client: RedisClient;
  /** Calls that Redis has not answered, those that gave up waiting too. */
  waiting: number;
  /** Calls that wait on. */
  callers: number;
  /** Whether new calls take another client; it ends when the last of its own has ended. */
  isGivenUp: boolean;
  /** Why the last connection failed, for calls that only know that it did. */
  lost?: Error;
}

/** What ioredis says to a call that no connection was found for. */
const NO_CONNECTION =
  /max retries per request|Connection is closed|None of startup nodes|Too many Cluster redirections|Cluster is ended|Failed to refresh slots/;

class Link implements RedisLink {
  readonly address: string;
  readonly #options: RedisOptions;
  #held: Held;
  #isClosed = false;

  constructor(readonly place: RedisPlace, options: RedisOptions) {
    this.address = shownAddress(place);
    this.#options = options;
    this.#held = this.#open();
  }

  #open(): Held {
    const onError = (error: Error) => {
      if (!NO_CONNECTION.test(error.message)) held.lost = error;
      this.#options.onError?.(error);
    };
    const held: Held = {
      client: openClient(this.place, { ...this.#options, onError }),
      waiting: 0,
      callers: 0,
      isGivenUp: false,
    };
    return held;
  }

  async do<T>(work: RedisWork, act: (client: RedisClient) => Promise<T>): Promise<T> {
    // Who found no Sentinel or node has ended for good.
    if (this.#held.client.status === "end" && !this.#isClosed) this.#held = this.#open();
    const held = this.#held;
    held.callers++;
    try {
      return await withinMs(work.limitMs, this.#counted(held, act));
    } catch (error) {
      if (error instanceof DOMException) this.#giveUp(held);
      // ioredis shows the command that failed: of a refused login, the password.
      if (error instanceof Error && "command" in error) delete error.command;
      throw new ServiceUnavailableError(this.address, work.doing, reasonOf(error, held.lost));
    } finally {
      held.callers--;
      if (held.isGivenUp && held.callers === 0) held.client.disconnect();
    }
  }

  async #counted<T>(held: Held, act: (client: RedisClient) => Promise<T>): Promise<T> {
    const most = this.#options.mostWaiting ?? 1000;
    if (held.waiting >= most) throw new RangeError(`${most} calls wait for it already`);
    held.waiting++;
    try {
      return await act(held.client);
    } finally {
      held.waiting--;
    }
  }

  #giveUp(held: Held): void {
    // A Cluster gives up its silent nodes itself; the others are not to suffer.
    if (held.client instanceof Cluster || held !== this.#held || this.#isClosed) return;
    held.isGivenUp = true;
    this.#held = this.#open();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const { client } = this.#held;
    if (client.status === "end") return;
    try {
      if (client.status === "ready") await withinMs(1000, client.quit());
    } catch { /* it was dead: what was to be ended has ended */ }
    client.disconnect();
  }
}

/** Why a call failed: of one without a connection, why there is none. */
function reasonOf(error: unknown, lost: Error | undefined): unknown {
  if (!(error instanceof Error) || lost === undefined) return error;
  if (error instanceof DOMException) {
    return new Error(`${error.message}, ${lost.message}`, { cause: error });
  }
  return NO_CONNECTION.test(error.message) ? lost : error;
}

function shownAddress({ kind, hosts, sentinel }: RedisPlace): string {
  const all = hosts.map(({ host, port }) =>
    host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
  );
  if (kind === "server") return `Redis at "${all}"`;
  if (kind === "cluster") return `Redis Cluster at "${all}"`;
  return `Redis "${sentinel!.name}" of the Sentinels at "${all}"`;
}
