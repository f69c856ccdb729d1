/** A TCP proxy between a program and a server, which brings the faults of networks. @module */
import { connect, createServer, type Server, type Socket } from "node:net";
import { type Faults, healthy, Link } from "./fault_link.ts";
import { freePort } from "./service.ts";

/** What the program sends, or what the server answers. */
export type Direction = "requests" | "answers";

/** What went through a proxy. */
export interface FaultCounts {
  /** Connections that were taken so far. */
  readonly connections: number;
  /** Connections that are open now. */
  readonly open: number;
  /** Connections that the proxy has reset. */
  readonly cut: number;
  /** Bytes passed on to the server. */
  readonly requests: number;
  /** Bytes passed on to the program. */
  readonly answers: number;
}

/** After how much, and how often, connections are reset. */
export interface CutAfter {
  /** So many bytes of one direction still pass on each connection, counted from this call. */
  readonly bytes: number;
  readonly of: Direction;
  /** Connections that are reset; those after them pass. Left out: every one. */
  readonly times?: number;
}

/** A proxy on a port of this machine. Faults last until `heal()`, and may come together. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  readonly counts: FaultCounts;
  /** Each byte arrives so many milliseconds later, each way. */
  latency(ms: number): void;
  /** Each connection carries at most so many bytes a second, each way. */
  slow(bytesPerSecond: number): void;
  /**
   * Nothing arrives any more, and nobody is told: connections stay open, new ones are taken and
   * hear nothing. Of one direction only, if it is named.
   */
  blackHole(only?: Direction): void;
  /** Resets the open connections now; new ones are taken. */
  cut(): void;
  /** Resets each connection after so many bytes. */
  cutAfter(after: CutAfter): void;
  /** New connections are refused, as by a machine where nobody listens; open ones stay. */
  refuse(): void;
  /** Ends every fault. What was held back arrives, as when a network comes back. */
  heal(): Promise<void>;
}

/**
 * Starts a proxy to a port of this machine.
 *
 * @example A program that hears nothing for a second
 * ```ts ignore
 * await using proxy = await faultProxy(redis.port);
 * const url = `redis://127.0.0.1:${proxy.port}`;
 * proxy.blackHole();
 * await proxy.heal();
 * ```
 */
export async function faultProxy(
  target: number,
  { hostname = "127.0.0.1" }: {
    /** The address that it listens at. */
    readonly hostname?: string;
  } = {},
): Promise<FaultProxy> {
  const proxy = new RunningProxy(target, hostname);
  await proxy.listen();
  return proxy;
}

class RunningProxy implements FaultProxy {
  // Below the ports of outgoing connections, so that nobody takes it while it is refused.
  readonly port = freePort();
  readonly #links = new Set<Link>();
  readonly #faults: Faults = healthy();
  readonly #passed = { connections: 0, cut: 0, requests: 0, answers: 0 };
  #server: Server | undefined;

  constructor(private readonly target: number, private readonly hostname: string) {}

  get counts(): FaultCounts {
    return { ...this.#passed, open: this.#links.size };
  }

  listen(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#take(client));
    this.#server.once("error", reject).listen(this.port, this.hostname, resolve);
    return promise;
  }

  #take(client: Socket): void {
    this.#passed.connections++;
    const server = connect({ host: "127.0.0.1", port: this.target, allowHalfOpen: true });
    const link = new Link(client, server, this.#faults, this.#passed);
    this.#links.add(link);
    void link.ended.then(() => this.#links.delete(link));
  }

  latency(ms: number): void {
    this.#faults.latencyMs = ms;
  }

  slow(bytesPerSecond: number): void {
    this.#faults.bytesPerSecond = bytesPerSecond;
  }

  blackHole(only?: Direction): void {
    for (const of of only === undefined ? ["requests", "answers"] as const : [only]) {
      this.#faults.held[of] ??= Promise.withResolvers<void>();
    }
  }

  cut(): void {
    for (const link of this.#links) link.cut();
  }

  cutAfter({ bytes, of, times = Infinity }: CutAfter): void {
    this.#faults.cut = { bytes, of, left: times, passed: new WeakMap() };
  }

  refuse(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  async heal(): Promise<void> {
    const { held } = this.#faults;
    Object.assign(this.#faults, healthy());
    held.requests?.resolve();
    held.answers?.resolve();
    if (this.#server === undefined) await this.listen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.refuse();
    const links = [...this.#links];
    for (const link of links) link.close();
    await Promise.all(links.map((link) => link.ended));
  }
}
