/** Backfills on PostgreSQL, moved on by several servers that come and go. @module */
import { assert, assertEquals } from "@std/assert";
import { openLedger } from "../../adapters/postgres/ledger/ledger.ts";
import {
  asset,
  type BackfillView,
  createService,
  define,
  type Definitions,
  type Ledger,
  lender,
  loops,
  nextTick,
  nextTicks,
  partitions,
  type Service,
  work,
} from "../../engine/mod.ts";
import { ledgerDatabase } from "../services/ledger.ts";

const NOW = new Date("2025-02-10T00:00:00Z");
const daily = partitions.daily({ start: "2025-01-01" });

/** What the code of the assets does. */
interface Knobs {
  /** Days that fail. */
  readonly broken: Set<string>;
  /** Steps wait for this. */
  gate: Promise<void>;
}

function declared(knobs: Knobs): Definitions {
  const raw = asset({
    name: "raw",
    partitions: daily,
    async materialize(_inputs, { partition, signal }) {
      const stopped = new Promise((resolve) => signal.addEventListener("abort", resolve));
      await Promise.race([knobs.gate, stopped]);
      if (knobs.broken.has(partition)) throw new RangeError(`Cannot read ${partition}`);
      return partition;
    },
  });
  const made = asset({
    name: "made",
    partitions: daily,
    deps: { raw },
    materialize: ({ raw }) => `${raw}!`,
  });
  return define({ raw, made });
}

/** Something that runs until it is stopped. */
interface Going {
  stop(): Promise<void>;
}

function going(run: (signal: AbortSignal, ledger: Ledger) => Promise<void>, url: string): Going {
  const over = new AbortController();
  const running = (async () => {
    await using ledger = await openLedger(url, { max: 3 });
    await run(over.signal, ledger);
  })();
  return {
    async stop() {
      over.abort();
      await running;
    },
  };
}

interface World extends AsyncDisposable {
  readonly url: string;
  readonly ledger: Ledger;
  readonly service: Service;
  readonly knobs: Knobs;
  readonly trouble: string[];
  server(): Going;
  worker(): Going;
}

async function world(): Promise<World> {
  const db = await ledgerDatabase();
  const ledger = await openLedger(db.url, { max: 3 });
  const knobs: Knobs = { broken: new Set(), gate: Promise.resolve() };
  const definitions = declared(knobs);
  const lent = lender(() => "");
  const all: Going[] = [];
  const trouble: string[] = [];
  const keep = (one: Going) => (all.push(one), one);
  const server = () =>
    keep(going((signal, ledger) =>
      loops({
        definitions,
        ledger,
        lender: lent,
        next: nextTick,
        channels: [],
        schedules: false,
        signal,
        onTrouble: (loop, error) => void trouble.push(`${loop}: ${(error as Error).message}`),
      }), db.url));
  const worker = () =>
    keep(going((signal, ledger) => {
      const hello = { host: "test", pid: 1, queues: ["default"], slots: 4 };
      return work({ definitions, ledger, lender: lent, hello, signal, pollMs: 50 });
    }, db.url));
  return {
    url: db.url,
    ledger,
    knobs,
    trouble,
    service: createService({
      definitions,
      ledger,
      clock: { now: () => NOW },
      about: {
        version: "1",
        startedAt: NOW.toISOString(),
        adapters: { postgres: "embedded", online: "postgres", events: "outbox", objects: "file" },
      },
      health: () => Promise.resolve({ ok: true, dependencies: [] }),
      nextTicks,
    }),
    server,
    worker,
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((one) => one.stop()));
      await lent[Symbol.asyncDispose]();
      await ledger[Symbol.asyncDispose]();
      await db[Symbol.asyncDispose]();
    },
  };
}

async function until(w: World, is: (b: BackfillView) => boolean): Promise<BackfillView> {
  const end = Date.now() + 30_000;
  for (;;) {
    const view = (await w.service.backfillView("1"))!;
    if (is(view)) return view;
    assert(Date.now() < end, `It did not happen within 30 s: ${JSON.stringify(view)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const hasEnded = (b: BackfillView) => b.endedAt !== null;

/** The most runs of backfills that were active at once, by the facts. */
async function mostActive({ ledger }: World): Promise<number> {
  const active = new Set<string>();
  let most = 0;
  for (const f of await ledger.facts("", 100_000)) {
    if (f.kind !== "run") continue;
    if (f.state === "running") active.add(f.run!);
    else if (f.state !== "queued") active.delete(f.run!);
    most = Math.max(most, active.size);
  }
  return most;
}

const request = {
  selection: "raw made",
  partitions: ["2025-01-01..2025-01-30"],
  chunk: 1,
  concurrency: 3,
} as const;

Deno.test("two servers move a backfill on: every slice once, never more runs than may be active", async () => {
  await using w = await world();
  w.server();
  w.server();
  w.worker();
  w.worker();
  const started = await w.service.backfill(request);
  assertEquals(started, { backfill: "1", created: true, slices: 60, runs: 30 });
  assertEquals((await w.service.backfill(request)).created, false);
  const view = await until(w, hasEnded);
  assertEquals([view.status, view.done.success, view.runs.ended], ["success", 60, 30]);
  assertEquals((await w.ledger.runs({ limit: 100 })).length, 30);
  for (const name of ["raw", "made"]) {
    const history = await w.ledger.history(name, { limit: 100 });
    const days = history.map((m) => m.partition);
    assertEquals([days.length, new Set(days).size], [30, 30]);
  }
  assertEquals(await mostActive(w), 3);
  assertEquals(w.trouble, []);
});

Deno.test("a backfill goes on where it was after all servers ended, paused or not", async () => {
  await using w = await world();
  const first = w.server();
  const worker = w.worker();
  await w.service.backfill({ ...request, concurrency: 1 });
  await until(w, (b) => b.runs.ended >= 3);
  await first.stop();
  const stopped = await until(w, (b) => b.runs.ended + b.active.length < 30);
  assert(!hasEnded(stopped));
  await w.service.pauseBackfill("1");
  const second = w.server();
  const paused = await until(w, (b) => b.active.length === 0);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assertEquals((await w.ledger.runs({ limit: 100 })).length, paused.runs.ended);
  await worker.stop();
  await w.service.resumeBackfill("1");
  await second.stop();
  w.server();
  w.worker();
  const view = await until(w, hasEnded);
  assertEquals([view.status, view.done.success], ["success", 60]);
  assertEquals((await w.ledger.runs({ limit: 100 })).length, 30);
  assertEquals(await mostActive(w), 1);
  assertEquals(w.trouble, []);
});

Deno.test("cancelling a backfill ends what waits and stops what runs, and nothing comes after", async () => {
  await using w = await world();
  const open = Promise.withResolvers<void>();
  w.knobs.gate = open.promise;
  w.server();
  w.server();
  w.worker();
  await w.service.backfill({ ...request, concurrency: 6 });
  await until(w, (b) => b.running === 4);
  await w.service.cancelBackfill("1");
  const view = await until(w, (b) => b.done.cancelled === 12);
  assertEquals([view.status, view.running], ["cancelled", 0]);
  open.resolve();
  await new Promise((resolve) => setTimeout(resolve, 200));
  const states = (await w.ledger.runs({ limit: 100 })).map((r) => r.state);
  assertEquals(states, Array(6).fill("cancelled"));
  assertEquals(await w.ledger.history("raw", { limit: 9 }), []);
});

Deno.test("what failed is backfilled again by --failed, and only that", async () => {
  await using w = await world();
  w.server();
  w.worker();
  w.knobs.broken.add("2025-01-07").add("2025-01-09");
  await w.service.backfill(request);
  const view = await until(w, hasEnded);
  assertEquals([view.status, view.done], ["failed", {
    success: 56,
    failed: 2,
    skipped: 2,
    cancelled: 0,
  }]);
  w.knobs.broken.clear();
  const plan = await w.service.planBackfill({ selection: "raw", only: ["failed"] });
  assertEquals(plan.assets, [{ asset: "raw", partitions: "2025-01-07,2025-01-09", slices: 2 }]);
  assert(plan.expectedMs !== null);
  const missing = await w.service.planBackfill({ selection: "*", only: ["missing"] });
  assertEquals(missing.assets.map((a) => a.partitions), [
    "2025-01-07,2025-01-09,2025-01-31..2025-02-09",
    "2025-01-07,2025-01-09,2025-01-31..2025-02-09",
  ]);
});
