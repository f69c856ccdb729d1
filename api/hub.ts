import type { Change, Service } from "engine";

/** One message of the event stream. */
export interface StreamEvent {
  /** `asset`, `run`, `step`, `log`, `alert`; `reload` tells that some were left out. */
  readonly event: string;
  /** JSON. */
  readonly data: string;
}

/** What one client has not read yet. */
export interface Subscription {
  /** The next message, or `undefined` after `waitMs` without one or when closed. */
  next(waitMs: number): Promise<StreamEvent | undefined>;
  close(): void;
}

/** Spreads the changes of the engine over any number of clients. */
export interface Hub {
  subscribe(): Subscription;
  /** How many listen. */
  readonly size: number;
}

/** Messages that a slow client may leave unread before they become one `reload`. */
export const queueCapacity = 256;

/** How long after a break the changes are read again, ms. */
const restartMs = 1_000;

/**
 * Reads `service.changes` once for all clients, and only while there are any. A client that reads
 * too slowly loses its queue and is told to reload: memory is bounded by clients × {@link
 * queueCapacity}.
 */
export function createHub(service: Pick<Service, "changes">): Hub {
  const clients = new Set<(event: StreamEvent) => void>();
  let source: AbortController | undefined;

  async function pump(controller: AbortController): Promise<void> {
    try {
      for await (const change of service.changes(controller.signal)) {
        const event = toEvent(change);
        for (const push of clients) push(event);
      }
    } catch {
      // The source broke: what comes until it is back is unknown, so everybody reads again after
      // that.
    }
    if (source !== controller) return;
    setTimeout(() => {
      if (source !== controller) return;
      source = undefined;
      start();
      for (const push of clients) push({ event: "reload", data: "{}" });
    }, restartMs);
  }

  function start(): void {
    if (source !== undefined || clients.size === 0) return;
    source = new AbortController();
    void pump(source);
  }

  function stopIfAlone(): void {
    if (clients.size > 0 || source === undefined) return;
    const ended = source;
    source = undefined;
    ended.abort();
  }

  return {
    subscribe() {
      const queue = createQueue();
      clients.add(queue.push);
      start();
      const close = () => {
        clients.delete(queue.push);
        queue.close();
        stopIfAlone();
      };
      return { next: queue.next, close };
    },
    get size() {
      return clients.size;
    },
  };
}

function toEvent(change: Change): StreamEvent {
  return { event: change.type, data: JSON.stringify(change) };
}

function createQueue() {
  let waiting: StreamEvent[] = [];
  let wake: () => void = () => {};
  let open = true;
  return {
    push(event: StreamEvent): void {
      if (waiting.length >= queueCapacity) waiting = [{ event: "reload", data: "{}" }];
      else if (waiting[0]?.event !== "reload") waiting.push(event);
      wake();
    },
    async next(waitMs: number): Promise<StreamEvent | undefined> {
      if (waiting.length === 0 && open) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, waitMs);
          wake = () => (clearTimeout(timer), resolve());
        });
      }
      return waiting.shift();
    },
    close(): void {
      open = false;
      wake();
    },
  };
}
