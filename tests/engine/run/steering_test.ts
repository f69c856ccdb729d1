import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UnknownName } from "engine";
import { type Bench, bench } from "./service_fixture.ts";

/** A run of all four assets in which the model failed; the model is mended since. */
async function failedRun(b: Bench): Promise<string> {
  b.knobs.broken = true;
  const { run } = await b.service.materialize({ selection: "*" });
  assertEquals(await b.finished(run), "failed");
  b.knobs.broken = false;
  return run;
}

const names = async (b: Bench, run: string) =>
  (await b.service.run(run))!.steps.map((s) => s.asset);

Deno.test("retry() knows the run that it runs again", async () => {
  const b = bench();
  const run = await failedRun(b);
  const again = await b.service.retry(run, { triggeredBy: "cli" });
  assertEquals(await names(b, again.run), ["models/mood", "quality/report"]);
  const { parent, triggeredBy, reason } = (await b.service.run(again.run))!.run;
  assertEquals([parent, triggeredBy], [run, "cli"]);
  assertEquals(reason, `what did not succeed in run ${run}`);
  assertEquals((await b.service.run(run))!.run.parent, null);
});

Deno.test("retry() runs all of it, or some of its steps and what needs them", async () => {
  const b = bench();
  const run = await failedRun(b);
  const all = await b.service.retry(run, { which: "all" });
  assertEquals(all.steps, 4);
  assertEquals(await b.finished(all.run), "success");
  const one = await b.service.retry(run, { only: "features/activity" });
  assertEquals(await names(b, one.run), ["features/activity"]);
  await b.finished(one.run);
  const below = await b.service.retry(run, { only: "features/activity", downstream: true });
  assertEquals(await names(b, below.run), ["features/activity", "models/mood", "quality/report"]);
  const nothing = () => b.service.retry(one.run, { only: "quality/report" });
  await assertRejects(nothing, RangeError, `none of its steps is of "quality/report"`);
  await assertRejects(() => b.service.retry(run, { only: "modles/*" }), Error, "modles/*");
});

Deno.test("cancelStep() ends one step, by its id or its name, and says by whom", async () => {
  const b = bench();
  const { run } = await b.service.materialize({ selection: "*" });
  await b.service.cancelStep(run, "models/mood", { by: "ada" });
  const steps = (await b.service.run(run))!.steps;
  assertEquals(steps.map((s) => s.status).slice(2), ["cancelled", "skipped"]);
  assertEquals(steps[2]!.error!.message, "Cancelled by ada");
  await assertRejects(
    () => b.service.cancelStep(run, "2"),
    RangeError,
    `Cannot cancel "models/mood" [2025-01-27] of run "${run}": it is "cancelled"`,
  );
  await assertRejects(() => b.service.cancelStep(run, "models/mod"), UnknownName, "models/mood");
  await b.service.cancelStep(run, "features/activity@2025-01-27");
  await b.finished(run);
  assertEquals((await b.service.run(run))!.run.status, "cancelled");
});

Deno.test("cancelStep() refuses a name that several steps have", async () => {
  const b = bench();
  const partitions = ["2025-01-25..2025-01-27"];
  const { run } = await b.service.materialize({ assets: ["features/activity"], partitions });
  await assertRejects(
    () => b.service.cancelStep(run, "features/activity"),
    RangeError,
    'it has 3 of them; name one, such as "features/activity@2025-01-25"',
  );
});

Deno.test("cancelRuns() counts exactly, does nothing on a dry run, and goes on with those alone", async () => {
  const b = bench();
  const job = "ml_training_pipeline";
  for (let i = 0; i < 3; i++) await b.service.trigger(job);
  const { run: other } = await b.service.materialize({ selection: "features/*" });
  const seen = await b.service.cancelRuns({ status: "queued", job, dryRun: true });
  assertEquals([seen.matched, seen.runs.map((r) => r.id), seen.done], [2, ["3", "2"], []]);
  const wrong = () => b.service.cancelRuns({ status: "queued", job, expect: 3 });
  await assertRejects(wrong, RangeError, "2 runs are meant now, not 3");
  const done = await b.service.cancelRuns({ status: "queued", job, expect: 2, by: "ada" });
  assertEquals(done.done.map((d) => d.run), ["2", "3"]);
  assertEquals((await b.service.run("2"))!.run.error, "Cancelled by ada");
  assertEquals((await b.service.run("1"))!.run.status, "running");
  assertEquals((await b.service.run(other))!.run.status, "running");
});

Deno.test("cancelRuns() by age and by asset", async () => {
  const b = bench();
  const { run: old } = await b.service.materialize({ assets: ["features/activity"] });
  b.clock.at = new Date(b.clock.at.getTime() + 7_200_001);
  await b.service.materialize({ assets: ["features/activity"] });
  const aged = await b.service.cancelRuns({ olderThan: "2h", dryRun: true });
  assertEquals(aged.runs.map((r) => r.id), [old]);
  const since = b.clock.at.toISOString();
  assertEquals((await b.service.cancelRuns({ since, dryRun: true })).runs.map((r) => r.id), ["2"]);
  const of = (selection: string) => b.service.cancelRuns({ selection, dryRun: true });
  assertEquals([(await of("group:models")).matched, (await of("features/*")).matched], [0, 2]);
  const bad = [{ since: "monday" }, { olderThan: "soon" as "1s" }, { status: "failed" }] as const;
  for (const request of bad) {
    const value = Object.values(request)[0];
    await assertRejects(() => b.service.cancelRuns(request), RangeError, `"${value}"`);
  }
});

Deno.test("retryRuns() runs again what did not succeed, each run once", async () => {
  const b = bench();
  const first = await failedRun(b);
  const second = await failedRun(b);
  assertEquals((await b.service.retryRuns({ selection: "features/*", dryRun: true })).matched, 0);
  const request = { status: "failed", since: "2025-01-01", selection: "models/*" } as const;
  const { matched, done, refused } = await b.service.retryRuns(request);
  assertEquals([matched, refused], [2, []]);
  assertEquals(done.map((d) => d.run), [first, second]);
  for (const { run, started } of done) {
    assertEquals((await b.service.run(started!))!.run.parent, run);
    assertEquals(await b.finished(started!), "success");
  }
  assertEquals((await b.service.retryRuns(request)).matched, 0, "they were run again already");
});

Deno.test("retryRuns() tells which runs it could not start, and why", async () => {
  const b = bench();
  const run = await failedRun(b);
  const definition = b.definitions.asset("models/mood");
  Object.assign(definition, { name: "models/renamed" });
  const { refused, done } = await b.service.retryRuns({});
  Object.assign(definition, { name: "models/mood" });
  assertEquals([done, refused.map((r) => r.run)], [[], [run]]);
  assertStringIncludes(refused[0]!.why, "Cannot find asset");
});
