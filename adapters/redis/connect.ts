/** Clients of every kind of Redis, with limits to all that they wait for. @module */
import { tracing } from "engine";
import { Cluster, Redis, type RedisOptions } from "ioredis";
import type { RedisPlace } from "./from_env.ts";
import { MasterSocket, noSubscriber, ServerSocket } from "./sockets.ts";
import { traceCommands } from "./traced.ts";

/** Speaks to one server, the master that Sentinels name, or a Cluster. */
export type RedisClient = Redis | Cluster;

/** How a client presents itself. */
export interface ClientOptions {
  /** Shown by CLIENT LIST; "aurora" unless told. */
  readonly name?: string;
  /** Hears of lost connections, for the log. */
  readonly onError?: (error: Error) => void;
}

type DriverOptions = Omit<RedisOptions, "replyMapping">;

/** Milliseconds for a connection, its TLS included. */
const CONNECT_MS = 1000;
/** Tries to reach the servers after which what waits is told. */
const RETRIES = 3;
const waitMs = (attempt: number) => Math.min(1000, 50 * attempt);

/**
 * Opens a client in the background: commands wait for its connection, but for no more than three
 * attempts (some 300 ms when nobody listens, 1 s when nothing answers).
 */
export function openClient(place: RedisPlace, options: ClientOptions): RedisClient {
  const client = place.kind === "cluster" ? cluster(place, options) : server(place, options);
  // Without a listener ioredis prints errors itself.
  client.on("error", (error: Error) => options.onError?.(error));
  client.on("node error", (error: Error) => options.onError?.(error));
  client.on("sentinelError", (error: Error) => options.onError?.(error));
  const recorder = tracing();
  if (recorder) traceCommands(client, recorder);
  return client;
}

/** What all connections to servers have, also those that a Cluster makes. */
function connection({ username, password, tls }: RedisPlace, o: ClientOptions): DriverOptions {
  return {
    connectionName: o.name ?? "aurora",
    connectTimeout: CONNECT_MS,
    disconnectTimeout: 500,
    // One command less that our user needs.
    disableClientInfo: true,
    // INFO may be denied to our user, and then it only prints a warning.
    enableReadyCheck: false,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls: { ...tls } }),
  };
}

function server(place: RedisPlace, o: ClientOptions): Redis {
  const where = place.kind === "sentinel" ? sentinels(place) : place.hosts[0]!;
  return new Redis({
    ...connection(place, o),
    ...where,
    Connector: place.kind === "sentinel" ? MasterSocket : ServerSocket,
    db: place.db,
    maxRetriesPerRequest: RETRIES,
    retryStrategy: waitMs,
    // A master that became a replica says READONLY: connect anew, and send the command again.
    reconnectOnError: (error) => error.message.startsWith("READONLY") ? 2 : false,
  });
}

function sentinels({ hosts, sentinel, tls }: RedisPlace): DriverOptions {
  const { name, username, password } = sentinel!;
  return {
    sentinels: [...hosts],
    name,
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
    ...(tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: { ...tls } }),
    sentinelCommandTimeout: CONNECT_MS,
    // Then the client ends, and says why; the next call opens another.
    sentinelRetryStrategy: (attempt) => attempt > RETRIES ? null : waitMs(attempt),
  };
}

function cluster(place: RedisPlace, o: ClientOptions): Cluster {
  const made = new Cluster([...place.hosts], {
    redisOptions: {
      ...connection(place, o),
      Connector: ServerSocket,
      // A node that is silent for so long is given up; the others serve on.
      socketTimeout: 2 * CONNECT_MS,
    },
    enableReadyCheck: false,
    slotsRefreshTimeout: CONNECT_MS,
    clusterRetryStrategy: (attempt) => attempt > RETRIES ? null : waitMs(attempt),
  });
  // Private in the types; it has not been started yet.
  Reflect.set(made, "subscriber", noSubscriber);
  return made;
}
