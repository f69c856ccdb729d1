/** What a scrape tells of assets, and how old it may be. @module */
import { assertEquals, assertRejects } from "@std/assert";
import {
  asset,
  type AssetMeasure,
  createService,
  deadline,
  define,
  freshness,
  nextTicks,
} from "engine";
import { memoryLedger } from "engine/testing";
import { type Bench, bench } from "./service_fixture.ts";

/** A service whose metrics are the measures of one asset, as text. */
function scraped() {
  let failing = false;
  const asText = (all: readonly AssetMeasure[]) =>
    Promise.resolve(JSON.stringify(all.find((m) => m.asset === "features/activity")));
  const b: Bench = bench({ metrics: { count: () => Promise.resolve(), read: asText } });
  const { newestFact } = b.ledger;
  b.ledger.newestFact = () =>
    failing ? Promise.reject(new Error("it is away")) : newestFact.call(b.ledger);
  return {
    ...b,
    scrape: async () => JSON.parse((await b.service.metrics())!) as AssetMeasure,
    fail: (is: boolean) => void (failing = is),
    pass: (ms: number) => void (b.clock.at = new Date(b.clock.at.getTime() + ms)),
    async build() {
      const { run } = await b.service.materialize({ selection: "features/activity" });
      assertEquals(await b.finished(run), "success");
    },
  };
}

/** Lets what was begun aside come to its end; in memory nothing waits for anything else. */
const aside = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("metrics() tells where assets stand, the first time as of now", async () => {
  const s = scraped();
  await s.build();
  s.pass(5_000);
  const { status, ageSeconds, lagSeconds } = await s.scrape();
  assertEquals({ status, ageSeconds, lagSeconds }, {
    status: "fresh",
    ageSeconds: 5,
    lagSeconds: 0,
  });
});

Deno.test("metrics() does not wait for a look at what just happened: the next scrape tells it", async () => {
  const s = scraped();
  assertEquals((await s.scrape()).status, "missing");
  await aside();
  await s.build();
  assertEquals((await s.scrape()).status, "missing");
  await aside();
  assertEquals((await s.scrape()).status, "fresh");
});

Deno.test("metrics() is at most 30 s behind what happened", async () => {
  const s = scraped();
  assertEquals((await s.scrape()).status, "missing");
  await aside();
  await s.build();
  s.pass(30_001);
  assertEquals((await s.scrape()).status, "fresh");
});

Deno.test("ages go on while nothing happens", async () => {
  const s = scraped();
  await s.build();
  await s.scrape();
  await aside();
  s.pass(20_000);
  assertEquals((await s.scrape()).ageSeconds, 20);
});

Deno.test("lag is told of the age and of the deadline that were promised, whichever is worse", async () => {
  const clock = { at: new Date("2025-01-28T05:00:00Z"), now: () => clock.at };
  const by = deadline({ by: "0 6 * * *", timezone: "UTC" });
  const definitions = define({
    due: asset({ name: "due", deadline: by, materialize: () => 1 }),
    both: asset({
      name: "both",
      deadline: by,
      freshness: freshness({ within: "30m" }),
      materialize: () => 1,
    }),
    free: asset({ name: "free", materialize: () => 1 }),
  });
  const ledger = memoryLedger({ now: () => clock.at });
  const service = createService({
    definitions,
    ledger,
    clock,
    about: {
      version: "1",
      startedAt: "",
      adapters: { postgres: "embedded", online: "postgres", events: "outbox", objects: "file" },
    },
    health: () => Promise.resolve({ ok: true, dependencies: [] }),
    nextTicks,
    metrics: {
      count: () => Promise.resolve(),
      read: (all) => Promise.resolve(JSON.stringify(all.map((m) => [m.asset, m.lagSeconds]))),
    },
  });
  const known = { due: clock.at.toISOString(), both: clock.at.toISOString() };
  await ledger.advance({
    name: "watch:alerts",
    revision: 0,
    value: { known, until: clock.at.toISOString() },
    result: "",
    outcome: "skipped",
    submissions: [],
  });
  const lags = async (at: string) => {
    clock.at = new Date(at);
    return JSON.parse((await service.metrics())!);
  };
  assertEquals(await lags("2025-01-28T05:20:00Z"), [["due", 0], ["both", 0], ["free", null]]);
  await aside();
  assertEquals(await lags("2025-01-28T05:40:00Z"), [["due", 0], ["both", 600], ["free", null]]);
  await aside();
  assertEquals(await lags("2025-01-28T06:10:00Z"), [["due", 600], ["both", 2400], ["free", null]]);
});

Deno.test("a look aside that fails is told when the last one is too old, and not before", async () => {
  const s = scraped();
  await s.scrape();
  await aside();
  s.fail(true);
  s.pass(10_000);
  assertEquals((await s.scrape()).status, "missing");
  await aside();
  s.pass(30_000);
  await assertRejects(() => s.scrape(), Error, "it is away");
  s.fail(false);
  assertEquals((await s.scrape()).status, "missing");
});
