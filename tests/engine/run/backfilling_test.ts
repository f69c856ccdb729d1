import { assert, assertEquals, assertRejects } from "@std/assert";
import { asset, backfilling, define, nothingDone, partitions } from "engine";
import { bench } from "./service_fixture.ts";
import { workAll } from "./work_all.ts";

const days = { selection: "features/activity", partitions: ["2025-01-20..2025-01-25"] } as const;

/** The service with the source observed, which every feature reads. */
async function observed() {
  const b = bench();
  await b.finished((await b.service.materialize({ assets: ["source/users"] })).run);
  const fill = backfilling(b.definitions, b.ledger);
  const work = () => workAll({ definitions: b.definitions, ledger: b.ledger, now: b.clock.now });
  return { ...b, look: () => fill.look(b.clock.now()), work };
}

Deno.test("look() submits the next run when one has ended, and tells of the end once", async () => {
  const { service, look, work, ledger } = await observed();
  await service.backfill({ ...days, chunk: 2, concurrency: 1 });
  for (let ended = 0; ended < 3; ended++) {
    const view = (await service.backfillView("1"))!;
    assertEquals([view.runs.ended, view.active.length], [ended, 1]);
    await look();
    assertEquals((await service.backfillView("1"))?.active, view.active);
    await work();
    await look();
  }
  const view = (await service.backfillView("1"))!;
  assertEquals([view.status, view.done.success, view.remainingMs], ["success", 6, 0]);
  const facts = (await ledger.facts("", 1_000)).filter((f) => f.kind === "backfill");
  await look();
  assertEquals(facts.at(-1)?.state, "success");
  assertEquals((await ledger.facts("", 1_000)).filter((f) => f.kind === "backfill"), facts);
});

Deno.test("look() of two processes at once submits nothing twice", async () => {
  const { service, definitions, ledger, clock } = await observed();
  await service.backfill({ ...days, chunk: 1, concurrency: 2 });
  const others = [1, 2, 3].map(() => backfilling(definitions, ledger));
  await Promise.all(others.map((fill) => fill.look(clock.now())));
  assertEquals(
    (await ledger.runs({ limit: 50 })).filter((r) => r.trigger === "backfill").length,
    2,
  );
});

Deno.test("a backfill whose declarations changed fails in words", async () => {
  const { service, ledger, clock, work } = await observed();
  await service.backfill({ ...days, chunk: 1, concurrency: 1 });
  const activity = asset({
    name: "features/activity",
    partitions: partitions.daily({ start: "2025-01-23" }),
    materialize: () => 1,
  });
  await work();
  await backfilling(define({ activity }), ledger).look(clock.now());
  const view = (await service.backfillView("1"))!;
  assertEquals(view.status, "failed");
  assert(view.error?.includes("the declarations changed"), view.error ?? "");
});

Deno.test("backfill() in the same words is the one that goes on; after its end a new one", async () => {
  const { service, work, look } = await observed();
  const first = await service.backfill({ ...days, only: ["missing"] });
  // Nothing is missing any more that is not under way: it is found by its words.
  const again = await service.backfill({ ...days, only: ["missing"], concurrency: 9 });
  assertEquals(again, { ...first, created: false });
  await work();
  await look();
  await assertRejects(
    () => service.backfill({ ...days, only: ["missing"] }),
    RangeError,
    "Nothing to backfill: nothing of it is missing",
  );
  assertEquals((await service.backfill(days)).backfill, "2");
  const keyed = { ...days, key: "labels of january" };
  const given = await service.backfill(keyed);
  assertEquals([given.backfill, given.created], ["3", true]);
  await service.cancelBackfill("3");
  assertEquals(await service.backfill(keyed), { ...given, created: false });
});

Deno.test("backfill() refuses what cannot be, in a sentence", async () => {
  const { service } = bench();
  const refused = async (request: Parameters<typeof service.backfill>[0], words: string) => {
    await assertRejects(() => service.backfill(request), Error, words);
  };
  await refused({ partitions: ["2025-01-20..2025-01-21"] }, "name a job, a selection or assets");
  await refused({ selection: "features/activity" }, "give a range");
  await refused({ job: "nope", only: ["missing"] }, "nope");
  await refused({ selection: "features/(", only: ["missing"] }, "features/(");
  await refused({ ...days, selection: "models/mood" }, 'its input "features/activity"');
  await refused({ ...days, partitions: ["2025-01-25..2025-01-20"] }, "runs backwards");
  assertEquals(await service.backfills(), []);
});

Deno.test("a backfill that has ended, or that nobody knows, is not steered", async () => {
  const { service, work, look } = await observed();
  await service.backfill(days);
  await assertRejects(() => service.resumeBackfill("1"), RangeError, "it is not paused");
  await work();
  await look();
  await assertRejects(() => service.pauseBackfill("1"), RangeError, 'not running but "success"');
  await assertRejects(() => service.cancelBackfill("1"), RangeError, 'ended with "success"');
  await assertRejects(() => service.cancelBackfill("9"), Error, 'Cannot find backfill "9"');
  assertEquals(await service.backfillView("x"), undefined);
});

Deno.test("remaining time comes from history first, then from its own runs", async () => {
  const { service, ledger, work } = await observed();
  await service.backfill({ ...days, chunk: 1, concurrency: 1 });
  assertEquals((await service.backfillView("1"))?.remainingMs, null);
  await work();
  const [b] = await ledger.backfills({ id: "1", limit: 1 });
  const done = { ...nothingDone, success: 2, ms: 4_000 };
  await ledger.advanceBackfill({
    id: "1",
    revision: b!.revision,
    state: "running",
    done,
    counted: [],
    submitted: b!.submitted,
    submissions: [],
    error: null,
  });
  assertEquals((await service.backfillView("1"))?.remainingMs, 8_000);
});
