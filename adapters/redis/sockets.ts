/** Sockets to Redis whose errors are always heard. @module */
import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { AbstractConnector, type RedisOptions, SentinelConnector } from "ioredis";

/**
 * ioredis hears the first error of a socket only. A socket with TLS has a second one when the server breaks off after
 * the handshake, as for a client without a certificate: unheard it would end the process.
 */
function heard<S extends Socket>(socket: S): S {
  return socket.on("error", () => {});
}

/** Connects to one server. */
export class ServerSocket extends AbstractConnector {
  readonly #options: RedisOptions;

  constructor(options: unknown) {
    super((options as RedisOptions).disconnectTimeout ?? 500);
    this.#options = options as RedisOptions;
  }

  override async connect(): Promise<Socket> {
    const { host = "localhost", port = 6379, tls } = this.#options;
    this.connecting = true;
    // Who disconnects at once has had the time to.
    await Promise.resolve();
    if (!this.connecting) throw new Error("Connection is closed.");
    const socket = heard(tls ? connectTls({ ...tls, host, port }) : connectPlain({ host, port }));
    socket.once("error", (error) => this.firstError = error);
    this.stream = socket;
    return socket;
  }
}

/** Asks Sentinels where the master is, and connects to it. */
export class MasterSocket extends SentinelConnector {
  constructor(options: unknown) {
    super(options as RedisOptions);
  }

  override async connect(
    ...told: Parameters<SentinelConnector["connect"]>
  ): ReturnType<SentinelConnector["connect"]> {
    return heard(await super.connect(...told));
  }
}

/** Opens no socket, in the place of the one that a Cluster would have for subscriptions: there are none here. */
export const noSubscriber = {
  start(): void {},
  stop(): void {},
  getInstance(): undefined {},
} as const;
