import { assert, assertEquals } from "@std/assert";
import {
  type EventLog,
  EventsRefusedError,
  type Outbox,
  type OutboxEvent,
  publishBatch,
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
function memoryOutbox(
  events: OutboxEvent[],
): Outbox & { readonly sent: Set<bigint>; readonly refused: Map<bigint, string> } {
  const sent = new Set<bigint>();
  const refused = new Map<bigint, string>();
  let held = false;
  const pending = () => events.filter((event) => !sent.has(event.id) && !refused.has(event.id));
  return {
    sent,
    refused,
    async lock(work) {
      if (held) return false;
      held = true;
      const marked: bigint[] = [];
      try {
        await work({
          pending: (limit, after = -1n) =>
            Promise.resolve(pending().filter((e) => e.id > after).slice(0, limit)),
          markSent: (ids) => Promise.resolve(void marked.push(...ids)),
          markRefused: (id, reason) => Promise.resolve(void refused.set(id, reason)),
        });
        for (const id of marked) sent.add(id);
        return true;
      } finally {
        held = false;
      }
    },
    lag: () => Promise.resolve({ pending: pending().length, oldest: null, refused: refused.size }),
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

Deno.test("relay() reads ahead while it sends, and holds the outbox for four batches", async () => {
  const events = Array.from({ length: 11 }, (_, i) => event(i + 1));
  const outbox = memoryOutbox(events);
  const told: string[] = [];
  const seen: Outbox = {
    ...outbox,
    lock: (work) => {
      told.push("lock");
      return outbox.lock((take) =>
        work({
          ...take,
          pending: (limit, after) => (told.push(`read after ${after}`), take.pending(limit, after)),
        })
      );
    },
  };
  const stop = new AbortController();
  const log = logOf(async (some) => {
    await turn();
    told.push(`sent ${ids(some)}`);
    if (ids(some).includes(11)) stop.abort();
  });
  await relay({ outbox: seen, log, signal: stop.signal, batch: 2 });
  assertEquals(told, [
    ...["lock", "read after undefined", "read after 2", "sent 1,2"],
    ...["read after 4", "sent 3,4", "read after 6", "sent 5,6", "sent 7,8"],
    ...["lock", "read after undefined", "read after 10", "sent 9,10", "sent 11"],
  ]);
  assertEquals(outbox.sent.size, 11);
});

Deno.test("relay() keeps the marks of whole batches before the one that failed", async () => {
  const outbox = memoryOutbox([1, 2, 3, 4, 5].map((id) => event(id)));
  const stop = new AbortController();
  const log = logOf((some) =>
    ids(some).includes(3) ? Promise.reject(new Error("broker is down")) : Promise.resolve()
  );
  await relay({ outbox, log, signal: stop.signal, batch: 2, onNotice: () => stop.abort() });
  assertEquals([...outbox.sent], [1n, 2n]);
});

Deno.test("relay() tells that the outbox cannot be read on, and sends again what is not marked", async () => {
  const outbox = memoryOutbox([1, 2, 3].map((id) => event(id)));
  const stop = new AbortController();
  const sent: number[][] = [];
  const notices: RelayNotice[] = [];
  let reads = 0;
  const breaking: Outbox = {
    ...outbox,
    lock: (work) =>
      outbox.lock((take) =>
        work({
          ...take,
          pending: (limit, after) =>
            ++reads === 2 ? Promise.reject(new Error("cut")) : take.pending(limit, after),
        })
      ),
  };
  const log = logOf((some) => (sent.push(ids(some)), Promise.resolve()));
  const onNotice = (n: RelayNotice) => {
    notices.push(n);
    if (n.kind === "sent") stop.abort();
  };
  const backoffMs = { first: 1, most: 1 };
  await relay({ outbox: breaking, log, signal: stop.signal, batch: 2, backoffMs, onNotice });
  assertEquals(notices.map((n) => n.kind), ["failed", "sent"]);
  assertEquals(sent, [[1, 2], [1], [2], [3]]);
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
  assertEquals(
    notices.map((n) => n.kind === "failed" ? n.retryMs : n.kind === "sent" && n.events),
    [1, 2, 3, 2],
  );
});

Deno.test("relay() comes through where only few events can be sent at once, and tries more later", async () => {
  const outbox = memoryOutbox(Array.from({ length: 60 }, (_, i) => event(i + 1)));
  const stop = new AbortController();
  const sizes: number[] = [];
  let most = 3;
  const log = logOf((some) => {
    if (some.length > most) return Promise.reject(new Error("no answer in time"));
    sizes.push(some.length);
    if (outbox.sent.size >= 20) most = Infinity;
    return Promise.resolve();
  });
  const onNotice = () => outbox.sent.size === 60 && stop.abort();
  const backoffMs = { first: 1, most: 1 };
  await relay({ outbox, log, signal: stop.signal, batch: 16, backoffMs, onNotice });
  assertEquals(sizes.slice(0, 4), [2, 2, 2, 2]);
  assertEquals(sizes.slice(-3, -1).every((size) => size > 3), true, `${sizes}`);
  assertEquals(outbox.sent.size, 60);
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

/** A log that refuses some events, and keeps what was sent before them in a request of at most `many`. */
function refusing(bad: readonly number[], many: number, down = Infinity) {
  const kept: number[] = [];
  let asked = 0;
  const log = logOf((events) => {
    for (let from = 0; from < events.length; from += many) {
      if (++asked > down) return Promise.reject(new Error("broker is down"));
      const some = ids(events.slice(from, from + many));
      if (some.some((id) => bad.includes(id))) {
        const refusal = { sent: from, among: some.length, reason: "TOO_LARGE" };
        return Promise.reject(new EventsRefusedError(refusal));
      }
      kept.push(...some);
    }
    return Promise.resolve();
  });
  return { log, kept };
}

for (const many of [1, 2, 3, 8, 100]) {
  Deno.test(`publishBatch() finds what is refused among requests of ${many}, all others in order`, async () => {
    for (
      const bad of [
        [],
        [1],
        [20],
        [7, 8],
        [1, 5, 9, 20],
        Array.from({ length: 20 }, (_, i) => i + 1),
      ]
    ) {
      const events = Array.from({ length: 20 }, (_, i) => event(i + 1));
      const { log, kept } = refusing(bad, many);
      const { sent, refused, broken } = await publishBatch(log, events);
      const good = ids(events).filter((id) => !bad.includes(id));
      assertEquals([ids(sent), broken], [good, undefined]);
      assertEquals(
        refused.map((r) => [Number(r.event.id), r.reason]),
        bad.map((id) => [id, "TOO_LARGE"]),
      );
      assertEquals(kept, good);
    }
  });
}

Deno.test("publishBatch() of a log that is away tells what it had, and refuses nothing more", async () => {
  const events = [1, 2, 3, 4, 5, 6].map((id) => event(id));
  const { log } = refusing([2], 1, 4);
  const { sent, refused, broken } = await publishBatch(log, events);
  assertEquals([ids(sent), ids(refused.map((r) => r.event))], [[1], [2]]);
  assertEquals((broken?.error as Error).message, "broker is down");
});

Deno.test("publishBatch() ends although a log says that it refused nobody", async () => {
  const log = logOf(() =>
    Promise.reject(new EventsRefusedError({ sent: 9, among: 0, reason: "?" }))
  );
  const { sent, refused } = await publishBatch(log, [1, 2, 3].map((id) => event(id)));
  assertEquals([ids(sent), ids(refused.map((r) => r.event))], [[1, 2], [3]]);
});

Deno.test("relay() sets refused events aside, tells of them, and sends the others", async () => {
  const outbox = memoryOutbox([1, 2, 3, 4].map((id) => event(id)));
  const stop = new AbortController();
  const { log, kept } = refusing([1, 3], 2);
  const notices: RelayNotice[] = [];
  const onNotice = (n: RelayNotice) => {
    notices.push(n);
    if (n.kind === "sent") stop.abort();
  };
  await relay({ outbox, log, signal: stop.signal, onNotice });
  assertEquals(kept, [2, 4]);
  assertEquals([...outbox.refused], [[1n, "TOO_LARGE"], [3n, "TOO_LARGE"]]);
  assertEquals(notices.map((n) => n.kind), ["refused", "refused", "sent"]);
  assertEquals(await outbox.lag(), { pending: 0, oldest: null, refused: 2 });
});

Deno.test("relay() keeps the marks of what was sent before the log went away", async () => {
  const outbox = memoryOutbox([1, 2, 3].map((id) => event(id)));
  const stop = new AbortController();
  const { log } = refusing([2], 1, 2);
  await relay({ outbox, log, signal: stop.signal, onNotice: () => stop.abort() });
  assertEquals([[...outbox.sent], [...outbox.refused.keys()]], [[1n], [2n]]);
});
