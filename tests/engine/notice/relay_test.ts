import { assert, assertEquals } from "@std/assert";
import {
  type EventLog,
  type Outbox,
  type OutboxEvent,
  relay,
  type RelayNotice,
  sign,
} from "engine";

function event(id: number, key = "u1"): OutboxEvent {
  return {
    id: BigInt(id),
    topic: "aurora.features.updated",
    key,
    eventId: `00000000-0000-0000-0000-${String(id).padStart(12, "0")}`,
    schemaVersion: 1,
    run: "7",
    payload: { id },
    createdAt: new Date("2025-01-27T06:00:00Z"),
  };
}

/** An outbox of which one process at a time holds the lock, and marks take effect at its end. */
function memoryOutbox(events: OutboxEvent[]): Outbox & { readonly sent: Set<bigint> } {
  const sent = new Set<bigint>();
  let held = false;
  const pending = () => events.filter((event) => !sent.has(event.id));
  return {
    sent,
    async lock(work) {
      if (held) return false;
      held = true;
      const marked: bigint[] = [];
      try {
        await work({
          pending: (limit) => Promise.resolve(pending().slice(0, limit)),
          markSent: (ids) => Promise.resolve(void marked.push(...ids)),
        });
        for (const id of marked) sent.add(id);
        return true;
      } finally {
        held = false;
      }
    },
    lag: () => Promise.resolve({ pending: pending().length, oldest: null }),
  };
}

function logOf(publish: EventLog["publish"]): EventLog {
  const close = () => Promise.resolve();
  return { name: "memory", publish, close, [Symbol.asyncDispose]: close };
}

const ids = (events: readonly OutboxEvent[]) => events.map((event) => Number(event.id));
const turn = (ms = 0) => new Promise<void>((resolve) => setTimeout(resolve, ms));

Deno.test("relay() sends in the order of the outbox, batch by batch, and ends when aborted", async () => {
  const outbox = memoryOutbox([1, 2, 3, 4, 5].map((id) => event(id)));
  const stop = new AbortController();
  const batches: number[][] = [];
  const log = logOf((events) => {
    batches.push(ids(events));
    if (batches.flat().length === 5) stop.abort();
    return Promise.resolve();
  });
  await relay({ outbox, log, signal: stop.signal, batch: 2 });
  assertEquals(batches, [[1, 2], [3, 4], [5]]);
  assertEquals(outbox.sent.size, 5);
});

Deno.test("relay() repeats a failed batch from its oldest event on, waiting ever longer", async () => {
  const outbox = memoryOutbox([event(1), event(2)]);
  const stop = new AbortController();
  const tries: number[][] = [];
  const notices: RelayNotice[] = [];
  const log = logOf((events) => {
    tries.push(ids(events));
    return tries.length < 4 ? Promise.reject(new Error("broker is down")) : Promise.resolve();
  });
  const onNotice = (notice: RelayNotice) => {
    notices.push(notice);
    if (notice.kind === "sent") stop.abort();
  };
  const backoffMs = { first: 1, most: 3 };
  await relay({ outbox, log, signal: stop.signal, backoffMs, onNotice });
  assertEquals(tries, [[1, 2], [1, 2], [1, 2], [1, 2]]);
  assertEquals(notices.map((n) => n.kind === "failed" ? n.retryMs : n.events), [1, 2, 3, 2]);
});

Deno.test("relay() never sends while a send is pending, and waits for it when aborted", async () => {
  const outbox = memoryOutbox([event(1)]);
  const stop = new AbortController();
  const answer = Promise.withResolvers<void>();
  let sends = 0;
  const log = logOf(() => {
    sends++;
    return answer.promise;
  });
  let ended = false;
  const running = relay({ outbox, log, signal: stop.signal, pollMs: 1 }).then(() => ended = true);
  await turn(20);
  stop.abort();
  await turn(20);
  assertEquals([sends, ended], [1, false]);
  answer.resolve();
  await running;
  assertEquals([sends, outbox.sent.size], [1, 1]);
});

Deno.test("relay() wakes at a sign, long before the next poll", async () => {
  const events: OutboxEvent[] = [];
  const outbox = memoryOutbox(events);
  const stop = new AbortController();
  const news = sign();
  const sent = Promise.withResolvers<void>();
  const log = logOf(() => Promise.resolve(sent.resolve()));
  const running = relay({ outbox, log, signal: stop.signal, wake: news.wait, pollMs: 60_000 });
  await turn();
  events.push(event(1));
  news.give();
  await sent.promise;
  stop.abort();
  await running;
});

Deno.test("relay() finds by its poll what no sign told of", async () => {
  const events: OutboxEvent[] = [];
  const stop = new AbortController();
  const log = logOf(() => Promise.resolve(stop.abort()));
  const running = relay({ outbox: memoryOutbox(events), log, signal: stop.signal, pollMs: 5 });
  await turn(2);
  events.push(event(1));
  await running;
});

Deno.test("two relays at once send each event once, in order", async () => {
  const outbox = memoryOutbox(Array.from({ length: 40 }, (_, i) => event(i)));
  const stop = new AbortController();
  const seen: number[] = [];
  const log = logOf(async (events) => {
    seen.push(...ids(events));
    await turn(1);
    if (seen.length >= 40) stop.abort();
  });
  const options = { outbox, log, signal: stop.signal, batch: 3, pollMs: 1 };
  await Promise.all([relay(options), relay(options)]);
  assertEquals(seen, Array.from({ length: 40 }, (_, i) => i));
  assert(outbox.sent.size === 40);
});

Deno.test("sign() wakes those who wait now, once, and those whose time is over", async () => {
  const news = sign();
  const stop = new AbortController();
  let woken = 0;
  const waiting = [1, 2].map(() => news.wait(stop.signal).then(() => woken++));
  news.give();
  await Promise.all(waiting);
  assertEquals(woken, 2);
  const later = news.wait(stop.signal).then(() => woken++);
  await turn();
  assertEquals(woken, 2);
  stop.abort();
  await later;
  await news.wait(stop.signal);
});
