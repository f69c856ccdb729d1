import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  asset,
  type Change,
  define,
  freshness,
  nextTick,
  NothingToRun,
  partitions,
  UnknownName,
  watch,
} from "engine";
import { type Bench, bench } from "./service_fixture.ts";
import { workAll } from "./work_all.ts";

async function built(): Promise<Bench> {
  const b = bench();
  const { run } = await b.service.materialize({ selection: "*" });
  assertEquals(await b.finished(run), "success");
  return b;
}

const statuses = async ({ service }: Bench) =>
  Object.fromEntries((await service.lineage()).nodes.map((n) => [n.name, n.statusWord]));

Deno.test("lineage() of a new ledger has everything missing and all that is ours as targets", async () => {
  const lineage = await bench().service.lineage();
  assertEquals(lineage.nodes.map((n) => [n.name, n.status, n.age]), [
    ["source/users", "missing", "never"],
    ["features/activity", "missing", "never"],
    ["models/mood", "missing", "never"],
    ["quality/report", "missing", "never"],
  ]);
  const targets = ["features/activity", "models/mood", "quality/report"];
  assertEquals(lineage.staleTargets, targets, "what others own is observed by whoever reads it");
  assertEquals(lineage.edges, [
    { from: "source/users", to: "features/activity" },
    { from: "features/activity", to: "models/mood" },
    { from: "models/mood", to: "quality/report" },
  ]);
});

Deno.test("materialize() runs a selection at the newest slices, and all is fresh", async () => {
  const b = await built();
  assertEquals(Object.values(await statuses(b)), ["Observed", "Fresh", "Fresh", "Fresh"]);
  assertEquals((await b.service.lineage()).staleTargets, []);
  const [latest] = (await b.service.runs()).runs;
  assertEquals([latest!.title, latest!.partition, latest!.triggeredBy], ["*", "2025-01-27", "api"]);
  assertEquals(latest!.steps.success, 4);
});

Deno.test("materialize({ stale }) runs exactly what a change made stale and what is below", async () => {
  const b = await built();
  b.knobs.users = 5;
  await b.finished((await b.service.materialize({ assets: ["source/users"] })).run);
  const lineage = await b.service.lineage();
  const card = lineage.nodes.find((n) => n.name === "features/activity")!;
  assertEquals([card.status, card.causes], ["stale", ['"source/users" changed at 12:00']]);
  const below = lineage.nodes.find((n) => n.name === "models/mood")!;
  assertEquals([below.status, below.statusWord], ["fresh", "Fresh, upstream stale"]);
  assertEquals(lineage.staleTargets, ["features/activity", "models/mood", "quality/report"]);
  const { run, steps } = await b.service.materialize({ stale: true, triggeredBy: "ui" });
  assertEquals(steps, 3);
  assertEquals(await b.finished(run), "success");
  assertEquals((await b.service.lineage()).staleTargets, []);
  await assertRejects(() => b.service.materialize({ stale: true }), NothingToRun, "nothing of it");
});

Deno.test("materialize() needs nobody to have observed a source", async () => {
  const b = bench();
  const { run, steps } = await b.service.materialize({ assets: ["features/activity"] });
  assertEquals([steps, await b.finished(run)], [1, "success"]);
  assertEquals((await statuses(b))["source/users"], "Never observed");
});

Deno.test("materialize() refuses a step without its input and tells how to include it", async () => {
  const { service } = bench();
  const ask = () => service.materialize({ assets: ["models/mood"] });
  await assertRejects(ask, RangeError, 'include what is upstream by "+models/mood"');
  const plan = await service.plan({ assets: ["models/mood"] });
  assertStringIncludes(plan.steps[0]!.reason, "was never built");
});

Deno.test("assets() are those of a selection, by declaration and by status", async () => {
  const { service } = bench();
  const names = async (selection?: string, search?: boolean) =>
    (await service.assets({ selection, search })).map((card) => card.name);
  const { nodes } = await service.lineage();
  assertEquals(await names(), nodes.map((card) => card.name));
  assertEquals(await names("status:fresh"), []);
  const models = nodes.filter((card) => card.group === "models").map((card) => card.name);
  assertEquals(await names("group:models & status:missing"), models);
  assertEquals(await names("MOO", true), models.filter((name) => name.includes("moo")));
  await assertRejects(() => names("moo"), UnknownName, "mood");
  await assertRejects(() => names("(group:models"), RangeError, "column 1");
});

Deno.test("acting methods refuse unknown names and bad partitions", async () => {
  const { service } = bench();
  await assertRejects(() => service.materialize({ assets: ["models/mod"] }), UnknownName, "mood");
  await assertRejects(() => service.plan({ selection: "color:red" }), RangeError, "group");
  await assertRejects(() => service.trigger("ml_trainig_pipeline"), UnknownName, "training");
  await assertRejects(
    () => service.trigger("ml_training_pipeline", { partition: "monday" }),
    RangeError,
    '"monday" is not like',
  );
  await assertRejects(() => service.cancel("77"), UnknownName, 'run "77"');
  await assertRejects(() => service.retry("no-id"), UnknownName, 'run "no-id"');
});

Deno.test("reading methods give undefined or nothing for what does not exist", async () => {
  const { service } = bench();
  assertEquals(await service.asset("nope"), undefined);
  assertEquals(await service.partitions("nope"), undefined);
  assertEquals(await service.run("77"), undefined);
  assertEquals(await service.run("x'; drop"), undefined);
  assertEquals(await service.logs("77"), []);
  assertEquals(await service.history("nope"), []);
  assertEquals(await service.quality(), undefined);
});

Deno.test("trigger() runs a job over a range, oldest first, and jobs() shows it", async () => {
  const b = bench();
  const o = { partition: "2025-01-25..2025-01-27", triggeredBy: "backfill" };
  const { run, steps } = await b.service.trigger("ml_training_pipeline", o);
  assertEquals(steps, 6, "three days of two assets");
  assertEquals(await b.finished(run), "success");
  const [view] = await b.service.jobs();
  assertEquals([view!.last!.run, view!.last!.status, view!.enabled], [run, "success", true]);
  assertEquals(view!.nextTicks[0], "2025-01-29T02:00:00.000Z");
  const found = (await b.service.run(run))!.run;
  assertEquals([found.job, found.partition, found.triggeredBy], [
    "ml_training_pipeline",
    "2025-01-25..2025-01-27",
    "backfill",
  ]);
});

Deno.test("a failed step shows what failed and why, and retry() runs only what is left", async () => {
  const b = bench();
  b.knobs.broken = true;
  const { run } = await b.service.materialize({ selection: "*" });
  assertEquals(await b.finished(run), "failed");
  const failed = (await b.service.run(run))!;
  assertEquals(failed.steps.map((s) => s.status), ["success", "success", "failed", "skipped"]);
  assertStringIncludes(failed.steps[2]!.error!.message, "Cannot train: 0 rows");
  const overview = await b.service.overview();
  assertEquals(overview.recentFailures.map((f) => [f.asset, f.run]), [["models/mood", run]]);
  assertEquals((await statuses(b))["models/mood"], "Failed");
  b.knobs.broken = false;
  const again = await b.service.retry(run);
  assertEquals(again.steps, 2);
  assertEquals(await b.finished(again.run), "success");
  await assertRejects(() => b.service.retry(again.run), RangeError, "all its steps succeeded");
  await assertRejects(() => b.service.cancel(again.run), RangeError, "has ended");
});

Deno.test("a version that a check withheld is blocked, and the old one stays", async () => {
  const b = await built();
  b.knobs.plausible = false;
  const { run } = await b.service.materialize({ assets: ["models/mood"] });
  assertEquals(await b.finished(run), "failed");
  const asset = (await b.service.asset("models/mood"))!;
  assertEquals([asset.card.status, asset.card.causes], [
    "blocked",
    ['check "plausible" failed: mae is below zero'],
  ]);
  assertEquals(asset.checks[0]!.passed, false);
  assertEquals((await b.service.overview()).failingChecks.map((c) => c.name), ["plausible"]);
  assertEquals((await b.service.history("models/mood")).length, 1);
});

Deno.test("asset() tells everything of one asset", async () => {
  const b = await built();
  const view = (await b.service.asset("features/activity"))!;
  assertEquals(view.freshnessPolicy, "at most 1 d 6 h old");
  assertEquals(view.tags, { domain: "features", nightly: "" });
  assertEquals(view.partitioning?.kind, "daily");
  assertEquals([view.partitioning?.first, view.partitioning?.latest], ["2025-01-20", "2025-01-27"]);
  assertEquals(view.partitioning?.counts.missing, 7);
  assertEquals(view.last?.metadata, { rows: 3 });
  assertEquals(view.jobs, ["ml_training_pipeline"]);
  assertEquals(view.upstream.map((a) => a.name), ["source/users"]);
  assertEquals(view.downstream.map((a) => a.name), ["models/mood"]);
  assertStringIncludes(view.automation!, '"0 2 * * *"');
  assertEquals(view.freshnessTrack.map((s) => s.state), ["none"]);
});

Deno.test("freshness counts from the newest slice, not from filled history", async () => {
  const b = await built();
  b.clock.at = new Date("2025-01-29T19:00:00Z");
  const old = { assets: ["features/activity"], partitions: ["2025-01-20"] };
  await b.finished((await b.service.materialize(old)).run);
  const view = (await b.service.asset("features/activity"))!;
  assertEquals(view.card.freshness, "late");
  assertStringIncludes(view.freshnessState!, "late by 1 h");
  assertEquals(view.card.age, "1 d ago");
});

Deno.test("a page holds a promise against what was never built since it is known, as alerts do", async () => {
  const b = bench();
  const o = { ...b, channels: [], next: nextTick };
  await watch(o, b.clock.at);
  const state = async () => (await b.service.asset("features/activity"))!.freshnessState;
  assertEquals(await state(), "never built, due in 1 d 6 h");
  b.clock.at = new Date("2025-01-29T18:00:00Z");
  await watch(o, b.clock.at);
  const view = (await b.service.asset("features/activity"))!;
  assertEquals([view.card.freshness, view.freshnessState], ["late", "never built, late by 0 ms"]);
  assertEquals(view.freshnessTrack.map((s) => s.state), ["none", "warn"]);
  assertEquals((await b.ledger.alerts(9)).map((a) => a.message), ["never built, late by 0 ms"]);
});

Deno.test("why() of a member of a list tells of its own promise", async () => {
  const sales = asset({
    name: "sales",
    partitions: partitions.of("eu", "us"),
    freshness: freshness({ within: "2h" }),
    materialize: () => 1,
  });
  const definitions = define({ sales });
  const b = bench({ definitions });
  const o = { ...b, definitions, channels: [], next: nextTick };
  await watch(o, b.clock.at);
  b.clock.at = new Date(b.clock.at.getTime() + 2 * 3_600_000);
  await watch(o, b.clock.at);
  const { run } = await b.service.materialize({ assets: ["sales"], partitions: ["us"] });
  await workAll({ definitions, ledger: b.ledger, now: b.clock.now });
  assertEquals((await b.ledger.run(run))?.run.state, "success");
  const why = async (partition: string) => (await b.service.why("sales", partition))!.words;
  assertEquals(await why("eu"), '"sales" is late: "sales" [eu] never built, late by 0 ms');
  assert(!(await why("us")).includes("late"), "this one is there");
});

Deno.test("partitions() is a window with counts over all", async () => {
  const b = await built();
  const window = (await b.service.partitions("models/mood", { from: "2025-01-26", limit: 5 }))!;
  assertEquals(window.partitions.map((p) => [p.key, p.status]), [
    ["2025-01-26", "missing"],
    ["2025-01-27", "fresh"],
  ]);
  assertEquals([window.counts.missing, window.counts.fresh], [7, 1]);
  assertEquals(
    (await b.service.partitions("models/mood", { limit: 1 }))!.partitions[0]!.key,
    "2025-01-27",
  );
  assertEquals((await b.service.partitions("source/users"))!.partitions, []);
});

Deno.test("run() marks the chain that decided how long it took", async () => {
  const b = bench();
  const { run } = await b.service.materialize({ selection: "+models/mood" });
  await b.finished(run);
  const view = (await b.service.run(run))!;
  assertEquals(view.steps.map((s) => s.critical), [true, true, true]);
  assertEquals(view.steps[2]!.needs, ["1"]);
  assertEquals(view.steps[2]!.attempts.length, 1);
});

Deno.test("logs() are of a run or of one step, and go on after a line", async () => {
  const b = bench();
  const { run } = await b.service.materialize({ selection: "+features/activity" });
  await b.finished(run);
  const lines = await b.service.logs(run, { step: "1" });
  const line = lines.find((l) => l.message === "counting 3 users")!;
  assertEquals([line.asset, line.step, line.level], ["features/activity", "1", "info"]);
  const later = await b.service.logs(run, { after: line.id });
  assert(later.every((l) => l.id > line.id));
  assertEquals(await b.service.logs(run, { step: "first" }), []);
});

Deno.test("runs() pages and counts", async () => {
  const b = await built();
  for (let i = 0; i < 3; i++) await b.service.materialize({ assets: ["source/users"] });
  const first = await b.service.runs({ limit: 2 });
  assertEquals([first.runs.length, first.counts.success], [2, 1]);
  const rest = await b.service.runs({ limit: 2, cursor: first.next! });
  assertEquals([rest.runs.length, rest.next], [2, null]);
  assertEquals((await b.service.runs({ status: "success" })).runs.length, 1);
  assertEquals((await b.service.runs({ asset: "models/mood" })).runs.length, 1);
});

Deno.test("plan() expects what history says", async () => {
  const b = await built();
  const plan = await b.service.plan({ selection: "+models/mood" });
  assert(plan.steps.every((s) => s.expectedMs !== null));
  assert(plan.expectedMs !== null);
  assertEquals((await b.service.runs()).runs.length, 1, "planning starts nothing");
});

Deno.test("about() counts, and alerts() say who was told", async () => {
  const b = await built();
  assertEquals((await b.service.about()).counts, {
    assets: 4,
    jobs: 1,
    sensors: 0,
    workers: 0,
    runs: 1,
  });
  await b.ledger.open({
    episode: "late:models/mood",
    kind: "late",
    severity: "error",
    asset: "models/mood",
    run: null,
    title: "late",
    message: "it is late",
  });
  assertEquals((await b.service.alerts()).map((a) => [a.title, a.sentTo]), [["late", ["log"]]]);
  assertEquals((await b.service.overview()).openAlerts.length, 1);
});

Deno.test("changes() tell of runs, steps, assets and logs until the signal aborts", async () => {
  const b = await built();
  const stop = new AbortController();
  const seen: Change[] = [];
  const listening = (async () => {
    for await (const change of b.service.changes(stop.signal)) seen.push(change);
  })();
  await new Promise((r) => setTimeout(r, 5));
  b.knobs.users = 9;
  const { run } = await b.service.materialize({ assets: ["source/users"] });
  await b.finished(run);
  const done = () => seen.some((c) => c.type === "asset" && c.asset.name === "features/activity");
  for (let i = 0; i < 200 && !done(); i++) await new Promise((r) => setTimeout(r, 5));
  stop.abort();
  await listening;
  const last = seen.findLast((c) => c.type === "run");
  assertEquals([last?.run.id, last?.run.status], [run, "success"]);
  const stale = seen.findLast((c) => c.type === "asset" && c.asset.name === "features/activity");
  assertEquals(stale?.type === "asset" && stale.asset.status, "stale");
  assert(seen.some((c) => c.type === "step" && c.step.status === "success"));
  assert(
    !seen.some((c) =>
      c.type === "asset" && c.asset.name === "quality/report" && c.asset.status === "stale"
    ),
  );
});

Deno.test("changes() stop listening when their reader leaves", async () => {
  const b = bench();
  const heard: AbortSignal[] = [];
  const news = b.ledger.news.bind(b.ledger);
  Object.assign(b.ledger, { news: (signal: AbortSignal) => (heard.push(signal), news(signal)) });
  const changes = b.service.changes(new AbortController().signal)[Symbol.asyncIterator]();
  const first = changes.next();
  await new Promise((r) => setTimeout(r, 5));
  await b.service.materialize({ assets: ["source/users"] });
  assertEquals((await first).done, false);
  await changes.return!();
  assertEquals(heard.map((signal) => signal.aborted), [true]);
});

Deno.test("what the service says is looked up again only when something happened", async () => {
  const b = await built();
  let looks = 0;
  const slices = b.ledger.slices.bind(b.ledger);
  const counting = Object.assign(b.ledger, { slices: () => (looks++, slices()) });
  await b.service.lineage();
  await b.service.overview();
  await Promise.all([b.service.lineage(), b.service.asset("models/mood")]);
  assertEquals(looks, 1);
  await counting.submit({
    key: null,
    job: null,
    maxActiveRuns: Infinity,
    title: "t",
    partition: null,
    trigger: "api",
    by: null,
    reason: "r",
    priority: 0,
    steps: [],
  });
  await b.service.lineage();
  assertEquals(looks, 2);
});

Deno.test("why() tells each reason once, of the slice that gives the asset its status", async () => {
  const b = bench();
  const { run } = await b.service.materialize({ selection: "*" });
  await b.finished(run);
  b.knobs.broken = true;
  const again = await b.service.materialize({
    assets: ["models/mood"],
    partitions: ["2025-01-27"],
  });
  await b.finished(again.run);
  const why = (await b.service.why("models/mood"))!;
  assertEquals([why.partition, why.chain.at(-1)?.kind], ["2025-01-27", "failed"]);
  const words = [...why.chain, ...why.also].map((r) => r.words);
  assertEquals(words.length, new Set(words).size);
  const missing = (await b.service.why("models/mood", "2025-01-20"))!;
  assertEquals(missing.chain[0]?.kind, "history");
  assertEquals(await b.service.why("models/moon"), undefined);
  await assertRejects(() => b.service.why("models/mood", "monday"), RangeError);
});
