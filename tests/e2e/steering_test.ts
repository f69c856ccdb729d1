/** Cancelling, timeouts, tries and re-runs, on PostgreSQL with a worker process. @module */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { openLedger } from "../../adapters/postgres/ledger/ledger.ts";
import {
  createService,
  type Ledger,
  lender,
  loops,
  nextTick,
  nextTicks,
  type RunView,
  type Service,
} from "../../engine/mod.ts";
import { ledgerDatabase } from "../services/ledger.ts";
import { start, until } from "./program.ts";
import { declared } from "./steering_project.ts";

interface World extends AsyncDisposable {
  readonly ledger: Ledger;
  readonly service: Service;
  /** Writes a file that the code of assets looks at. */
  say(name: string, text: string): Promise<void>;
  read(name: string): Promise<string>;
  /** Waits for the end of a run and of everything that ran in it. */
  ended(run: string): Promise<RunView>;
  /** Runs what a server runs besides answering, until `is`. */
  serving(is: () => Promise<boolean>): Promise<void>;
}

/** A database, a worker process, and the service of a server. */
async function world(): Promise<World> {
  const db = await ledgerDatabase();
  const folder = await Deno.makeTempDir({ prefix: "aurora-steering-" });
  const ledger = await openLedger(db.url, { max: 4 });
  const worker = start(["tests/e2e/steering_worker.ts", db.url, folder]);
  const definitions = declared(folder);
  const clock = { now: () => new Date() };
  const adapters = { postgres: "external", online: "postgres", events: "outbox", objects: "file" };
  const service = createService({
    definitions,
    ledger,
    clock,
    about: { version: "0", startedAt: clock.now().toISOString(), adapters } as const as never,
    health: () => Promise.resolve({ ok: true, dependencies: [] }),
    nextTicks,
  });
  const isOver = (view: RunView) =>
    view.run.endedAt !== null && view.steps.every((s) => s.status !== "running");
  return {
    ledger,
    service,
    say: (name, text) => Deno.writeTextFile(`${folder}/${name}`, text),
    read: (name) => Deno.readTextFile(`${folder}/${name}`),
    ended: (run) =>
      until(async () => {
        const view = await service.run(run);
        return view && isOver(view) ? view : false;
      }, { what: () => `the end of run ${run}; the worker said:\n${worker.out()}${worker.err()}` }),
    async serving(is) {
      const over = new AbortController();
      const trouble: string[] = [];
      await using resources = lender(() => "");
      const running = loops({
        definitions,
        ledger,
        lender: resources,
        next: nextTick,
        channels: [],
        schedules: false,
        watchMs: 50,
        signal: over.signal,
        onTrouble: (loop, error) => void trouble.push(`${loop}: ${error}`),
      });
      await until(is, { what: () => `the server to do it: ${trouble.join("\n")}` });
      over.abort();
      await running;
      assertEquals(trouble, []);
    },
    async [Symbol.asyncDispose]() {
      await worker[Symbol.asyncDispose]();
      await ledger[Symbol.asyncDispose]();
      await db[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const statuses = (view: RunView) => view.steps.map((s) => `${s.asset} ${s.status}`);

/** Waits until this asset runs. */
const runs = (w: World, run: string, asset: string) =>
  until(async () => {
    const { steps } = (await w.service.run(run))!;
    return steps.some((s) => s.asset === asset && s.status === "running");
  }, { what: `"${asset}" to run` });

Deno.test("a step is cancelled in its worker process, by the name of who did it; the rest goes on", async () => {
  await using w = await world();
  const { run } = await w.service.materialize({ selection: "slow below quick" });
  await runs(w, run, "slow");
  await w.service.cancelStep(run, "slow", { by: "ada" });
  await assertRejects(() => w.service.cancelStep(run, "slow"), RangeError, 'Cannot cancel "slow"');
  const view = await w.ended(run);
  assertEquals(statuses(view), ["slow cancelled", "below skipped", "quick success"]);
  assertEquals([view.run.status, view.steps[0]?.error?.message], ["cancelled", "Cancelled by ada"]);
  assertEquals(
    await until(() => w.read("stopped").catch(() => false as const), { what: "the signal" }),
    "Cancelled by ada",
  );
});

Deno.test("a run whose time ended while no server ran fails when one starts, stops and alerts", async () => {
  await using w = await world();
  const { run } = await w.service.trigger("limited");
  await runs(w, run, "slow");
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  assertEquals((await w.service.run(run))!.run.status, "running", "nobody judges it");
  await w.serving(async () =>
    (await w.ledger.alerts(9)).some((a) => a.episode === "timeout:limited" && a.run === run)
  );
  const view = await w.ended(run);
  assertEquals(view.run.status, "failed");
  assertStringIncludes(view.run.error!, "timeout of 1 s");
  assertEquals(statuses(view).sort(), ["quick success", "slow cancelled"]);
  assertStringIncludes(await w.read("stopped"), "timeout of 1 s");
  const { done } = await w.service.retryRuns({ status: "failed", selection: "slow" });
  assertEquals(done.map((d) => d.run), [run]);
  const again = (await w.service.run(done[0]!.started!))!;
  assertEquals([again.run.parent, again.run.job, again.steps.length], [run, "limited", 1]);
});

Deno.test("code in a worker process asks for another try, or for none", async () => {
  await using w = await world();
  const { run: waits } = await w.service.materialize({ selection: "upload" });
  const { run: fails } = await w.service.materialize({ selection: "closed" });
  const failed = await w.ended(fails);
  assertEquals([failed.run.status, failed.steps[0]?.attempts.length], ["failed", 1]);
  assertEquals(failed.steps[0]?.error?.cause, ["DoNotRetry: the key is not valid"]);
  await until(async () => (await w.service.run(waits))!.steps[0]!.attempts.length > 2, {
    what: "three tries",
  });
  await w.say("upload", "7");
  const view = await w.ended(waits);
  assertEquals(view.run.status, "success");
  assert(view.steps[0]!.attempts.slice(0, -1).every((a) => a.status === "waiting"));
});

Deno.test("a run is run again with the inputs that it read, or with the newest", async () => {
  await using w = await world();
  await w.say("number", "3");
  await w.say("broken", "1");
  const { run } = await w.service.materialize({ selection: "number double" });
  assertEquals(statuses(await w.ended(run)), ["number success", "double failed"]);
  await w.say("broken", "0");
  await w.say("number", "5");
  await w.ended((await w.service.materialize({ selection: "number" })).run);
  const value = async () =>
    (await w.ledger.visible([{ asset: "double", partition: "" }]))[0]?.value;
  const same = await w.service.retry(run, { inputs: "same" });
  assertEquals([(await w.ended(same.run)).run.status, await value()], ["success", 6]);
  const newest = await w.service.retry(run);
  assertEquals([(await w.ended(newest.run)).run.status, await value()], ["success", 10]);
});

Deno.test("many runs are cancelled, exactly those that were counted", async () => {
  await using w = await world();
  for (let i = 0; i < 5; i++) await w.service.materialize({ selection: "slow" });
  const { run: other } = await w.service.materialize({ selection: "quick" });
  await w.ended(other);
  const choice = { selection: "slow", since: "2020-01-01" };
  const seen = await w.service.cancelRuns({ ...choice, dryRun: true });
  assertEquals([seen.matched, seen.done], [5, []]);
  await assertRejects(() => w.service.cancelRuns({ ...choice, expect: 4 }), RangeError, "5 runs");
  const view = await w.service.cancelRuns({ ...choice, expect: 5, by: "ada" });
  assertEquals([view.done.length, view.refused], [5, []]);
  for (const { run } of view.done) assertEquals((await w.ended(run)).run.error, "Cancelled by ada");
  assertEquals((await w.service.run(other))!.run.status, "success");
});
