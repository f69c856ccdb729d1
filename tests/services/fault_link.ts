/** One connection through the fault proxy: two pipes, each of which obeys the faults. @module */
import type { Socket } from "node:net";
import type { Direction } from "./fault_proxy.ts";

/** The faults that all connections of a proxy obey; changed while they run. */
export interface Faults {
  latencyMs: number;
  bytesPerSecond: number;
  /** Resolved when the black hole of a direction ends. */
  held: Partial<Record<Direction, PromiseWithResolvers<void>>>;
  cut:
    | { bytes: number; of: Direction; left: number; passed: WeakMap<Link, number> }
    | undefined;
}

/** No fault at all. */
export function healthy(): Faults {
  return { latencyMs: 0, bytesPerSecond: Infinity, held: {}, cut: undefined };
}

/** How much of a direction lies in the proxy before it reads no further. */
const MOST_WAITING = 4_194_304;
/** How often a slow line gives the next portion. */
const PORTIONS_A_SECOND = 20;

type Parcel = { readonly due: number } & ({ readonly bytes: Uint8Array } | { readonly end: End });
type End = "finished" | "reset";

/** A connection of the program and the one to the server that belongs to it. */
export class Link {
  readonly #gone = new AbortController();
  readonly #isGone = aborted(this.#gone.signal);
  readonly #sockets: readonly [Socket, Socket];
  readonly ended: Promise<void>;

  constructor(
    client: Socket,
    server: Socket,
    private readonly faults: Faults,
    private readonly passed: Record<Direction | "cut", number>,
  ) {
    this.#sockets = [client, server];
    const closed = this.#sockets.map((socket) =>
      new Promise((resolve) => socket.once("close", resolve))
    );
    const pipes = [this.#pipe(client, server, "requests"), this.#pipe(server, client, "answers")];
    this.ended = (async () => {
      await Promise.all(closed);
      this.#gone.abort();
      await Promise.all(pipes);
    })();
  }

  /** Resets both ends. */
  cut(): void {
    if (this.#gone.signal.aborted) return;
    this.passed.cut++;
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#gone.abort();
  }

  /** Closes both ends. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#gone.abort();
  }

  async #pipe(from: Socket, to: Socket, of: Direction): Promise<void> {
    for await (const parcel of this.#parcels(from)) {
      await this.#wait(parcel.due - performance.now());
      await this.#held(of);
      if (this.#gone.signal.aborted) return;
      if ("bytes" in parcel) await this.#send(to, parcel.bytes, of);
      else if (parcel.end === "finished") to.end();
      else to.resetAndDestroy();
    }
  }

  /** What arrives, in order, with the time at which it may go on. */
  async *#parcels(from: Socket): AsyncGenerator<Parcel> {
    const waiting: Parcel[] = [];
    let [bytesWaiting, arrived] = [0, Promise.withResolvers<void>()];
    const put = (what: { bytes: Uint8Array } | { end: End }) => {
      waiting.push({ ...what, due: performance.now() + this.faults.latencyMs });
      arrived.resolve();
    };
    from.on("data", (bytes: Uint8Array) => {
      bytesWaiting += bytes.length;
      if (bytesWaiting > MOST_WAITING) from.pause();
      put({ bytes });
    });
    from.once("end", () => put({ end: "finished" }));
    from.on("error", () => put({ end: "reset" }));
    while (!this.#gone.signal.aborted) {
      const parcel = waiting.shift();
      if (parcel === undefined) {
        await Promise.race([arrived.promise, this.#isGone]);
        arrived = Promise.withResolvers();
        continue;
      }
      if ("bytes" in parcel) bytesWaiting -= parcel.bytes.length;
      yield parcel;
      if (bytesWaiting <= MOST_WAITING && from.isPaused()) from.resume();
    }
  }

  async #send(to: Socket, bytes: Uint8Array, of: Direction): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      await this.#held(of);
      if (this.#gone.signal.aborted) return;
      const rate = this.faults.bytesPerSecond;
      const most = Math.max(1, Math.floor(rate / PORTIONS_A_SECOND));
      const portion = bytes.subarray(at, Math.min(bytes.length, at + most));
      const allowed = this.#allowed(of, portion.length);
      await this.#write(to, portion.subarray(0, allowed));
      this.passed[of] += allowed;
      if (allowed < portion.length) return this.cut();
      at += portion.length;
      if (rate < Infinity) await this.#wait(1_000 * portion.length / rate);
    }
  }

  /** How many of so many bytes pass before this connection is cut. */
  #allowed(of: Direction, length: number): number {
    const { cut } = this.faults;
    if (cut === undefined || cut.of !== of || cut.left <= 0) return length;
    const passed = cut.passed.get(this) ?? 0;
    cut.passed.set(this, passed + length);
    if (passed + length <= cut.bytes) return length;
    cut.left--;
    return cut.bytes - passed;
  }

  #write(to: Socket, bytes: Uint8Array): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (bytes.length === 0) return Promise.resolve();
    to.write(bytes, () => resolve());
    return Promise.race([promise, this.#isGone]);
  }

  async #held(of: Direction): Promise<void> {
    for (let held = this.faults.held[of]; held !== undefined; held = this.faults.held[of]) {
      await Promise.race([held.promise, this.#isGone]);
      if (this.#gone.signal.aborted) return;
    }
  }

  #wait(ms: number): Promise<void> {
    if (ms <= 0 || this.#gone.signal.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    return Promise.race([promise, this.#isGone]).finally(() => clearTimeout(timer));
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}
