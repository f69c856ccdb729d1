import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type {
  AssetCard,
  BackfillView,
  EvaluationsView,
  LogLine,
  PlanView,
  RunsView,
  RunView,
  WhyView,
} from "engine";
import { asset, define, when } from "engine";
import { type Bench, bench } from "../engine/run/service_fixture.ts";
import { call, fakeApp } from "./fake.ts";

async function built(): Promise<{ b: Bench; app: ReturnType<typeof fakeApp> }> {
  const b = bench();
  const app = fakeApp(b);
  assertEquals((await call(app, "materialize * --wait")).code, 0);
  return { b, app };
}

Deno.test("materialize --wait works here when no worker is alive, and tells of each step", async () => {
  const app = fakeApp(bench());
  const { code, out, err } = await call(app, "materialize +models/mood --wait");
  assertEquals(code, 0);
  assertEquals(out, "Run 1: success 0 ms");
  assertEquals(err.split("\n").map((l) => l.replace(/ \d.*ms$/, "")), [
    "success source/users",
    "success features/activity [2025-01-27]",
    "success models/mood [2025-01-27]",
  ]);
  assertEquals(app.closed, 1);
});

Deno.test("materialize --wait draws a bar on a terminal", async () => {
  const { err } = await call(fakeApp(bench()), "materialize * --wait", { isTerminal: true });
  assertStringIncludes(err, "~████████████████████████ 4/4");
  assert(!err.includes("success"), "steps that succeed are in the bar only");
});

Deno.test("materialize --wait fails when a step fails, and shows its error", async () => {
  const b = bench();
  b.knobs.broken = true;
  const { code, out, err } = await call(fakeApp(b), "materialize * --wait");
  assertEquals(code, 1);
  assertStringIncludes(out, "failed");
  assertStringIncludes(err, "Cannot train: 0 rows");
  assertStringIncludes(err, "skipped quality/report [2025-01-27]");
});

Deno.test("materialize without --wait queues, and says that nobody works", async () => {
  const { code, out, err } = await call(fakeApp(bench()), "materialize *");
  assertEquals([code, out], [0, "Run 1 with 4 steps is queued"]);
  assertStringIncludes(err, "No worker is alive");
});

Deno.test("materialize --wait that is interrupted leaves the run queued and says so", async () => {
  const b = bench();
  const app = fakeApp(b);
  const stop = AbortSignal.abort();
  const { code, err } = await call(app, "materialize * --wait", { signal: stop });
  assertEquals(code, 1);
  assertStringIncludes(err, "run 1 stays queued");
});

Deno.test("materialize --stale runs what is stale; that nothing is stale is no failure", async () => {
  const { b, app } = await built();
  const none = await call(app, "materialize --stale --wait");
  assertEquals([none.code, none.out], [0, "Nothing to materialize: nothing of it is stale"]);
  assertEquals((await call(app, "materialize --stale --json")).json(), { run: null, steps: 0 });
  b.knobs.users = 8;
  await call(app, "materialize source/users --wait");
  const { code, err } = await call(app, "materialize --stale --wait");
  assertEquals([code, err.split("\n").length], [0, 3]);
});

const refused: readonly (readonly [string, string])[] = [
  ["materialize models/mod", 'did you mean "models/mood"?'],
  ["materialize models/mood --partition 2025-02-30", '"2025-02-30" is not like "2024-03-31"'],
  ["materialize models/mood", 'include what is upstream by "+models/mood"'],
  ["materialize", "give a selection"],
  ["trigger ml_traning_pipeline", 'did you mean "ml_training_pipeline"?'],
  ["backfill models/mood 2025-1-20", `"2025-1-20" is not like "2024-03-31"`],
  ["backfill models/mood 2025-01-27..2025-01-20", "runs backwards"],
  ["test-asset models/mod", 'did you mean "models/mood"?'],
  ["run 99", 'Cannot find run "99"'],
  ["logs 99", 'Cannot find run "99"'],
  ["cancel 99", 'Cannot find run "99"'],
  ["backfill models/mood", "give a range"],
  ["backfill models/mod --missing", 'did you mean "models/mood"?'],
  ["backfill models/mood --missing --chunk 0", 'Cannot read --chunk "0"'],
  ["backfill models/mood 2025-01-20..2025-01-21", "was never built"],
  ["backfills 99", 'Cannot find backfill "99"'],
  ["backfill-cancel 99", 'Cannot find backfill "99"'],
  ["retry 99", 'Cannot find run "99"'],
  ["cancel --state success", 'runs that are "success"'],
  ["cancel --older-than soon", '"soon"'],
  ["runs --job nope", 'Cannot find job "nope"'],
];
for (const [line, words] of refused) {
  Deno.test(`"${line}" is refused with 2 in a sentence`, async () => {
    const app = fakeApp(bench());
    const { code, out, err } = await call(app, line);
    assertEquals([code, out, app.closed], [2, "", 1]);
    assertStringIncludes(err, words);
  });
}

Deno.test("list shows status, age and why, of a selection", async () => {
  const { b, app } = await built();
  b.knobs.users = 8;
  await call(app, "materialize source/users --wait");
  const { out } = await call(app, "list");
  const row = out.split("\n").find((l) => l.startsWith("features/activity"))!;
  assertStringIncludes(row, "Stale");
  assertStringIncludes(row, '"source/users" changed at 12:00');
  const names = async (line: string) =>
    (await call(app, line)).json<AssetCard[]>().map((c) => c.name);
  assertEquals(await names("list features/* --json"), ["features/activity"]);
  assertEquals(await names("list status:stale --json"), ["features/activity"]);
});

Deno.test("plan shows what would run and starts nothing", async () => {
  const { app, b } = await built();
  const { out } = await call(app, "plan +models/mood");
  assertStringIncludes(out, "3 steps, about");
  const plan = (await call(app, "plan ml_training_pipeline --json")).json<PlanView>();
  assertEquals(plan.steps.map((s) => s.asset), ["features/activity", "models/mood"]);
  assertEquals((await call(app, "plan --json")).json<PlanView>().steps, []);
  assertEquals((await b.service.runs()).runs.length, 1);
});

Deno.test("trigger and backfill run a job at the slices that are named", async () => {
  const app = fakeApp(bench());
  const one = await call(app, "trigger ml_training_pipeline --partition 2025-01-25 --wait --json");
  const view = one.json<RunView>();
  assertEquals([view.run.job, view.run.partition, view.run.triggeredBy], [
    "ml_training_pipeline",
    "2025-01-25",
    "cli",
  ]);
  assertEquals(one.err.includes("success"), true, "progress stays off standard output");
  const job = await call(app, "backfill ml_training_pipeline 2025-01-26..2025-01-27 --wait");
  assertEquals([job.code, job.err.split("\n").length], [0, 4]);
  const assets = await call(app, "backfill +models/mood 2025-01-20..2025-01-21 --wait --json");
  const filled = assets.json<BackfillView>();
  assertEquals([filled.status, filled.done.success, filled.runs.all], ["success", 5, 1]);
});

Deno.test("backfill --dry-run tells what, in which runs and how long, and starts nothing", async () => {
  const { app, b } = await built();
  const line = "backfill features/activity 2025-01-20..2025-01-26 --chunk 3 --reverse --dry-run";
  const { code, out } = await call(app, line);
  assertEquals(code, 0);
  assertStringIncludes(out, "features/activity  7       2025-01-20..2025-01-26");
  const first = [24, 25, 26].map((d) => `features/activity [2025-01-${d}]`);
  assertStringIncludes(out, `run 1: ${first.toReversed().join(", ")}\n`);
  assertStringIncludes(out, "7 slices in 3 runs, 4 at once, about 0 ms");
  assertEquals((await b.service.backfills()).length, 0);
});

Deno.test("backfill --missing fills what was never built, and then there is nothing", async () => {
  const { app } = await built();
  const line = "backfill features/activity --missing --chunk 2 --concurrency 1 --wait";
  const { code, out } = await call(app, line);
  assertEquals([code, out], [0, "Backfill 1: success, 7 of 7 slices in 4 runs"]);
  const again = await call(app, line);
  assertEquals([again.code, again.out], [0, "Nothing to backfill: nothing of it is missing"]);
  assertEquals((await call(app, `${line} --json`)).json(), { backfill: null, slices: 0, runs: 0 });
});

Deno.test("backfills are listed, paused, resumed and cancelled", async () => {
  const { app } = await built();
  const line = "backfill features/activity 2025-01-20..2025-01-26 --chunk 1 --concurrency 2";
  const { out, err } = await call(app, line);
  assertEquals(out, "Backfill 1 of 7 slices in 7 runs is started");
  assertStringIncludes(err, "No worker is alive");
  const twice = await call(app, line);
  assertEquals(twice.out, "Backfill 1 of 7 slices in 7 runs was asked for before");
  assertEquals((await call(app, "runs --status running --json")).json<RunsView>().runs.length, 2);
  const paused = await call(app, "backfill-pause 1");
  assertEquals(paused.out, "Backfill 1 is paused; its active runs go on");
  assertEquals((await call(app, "backfill-pause 1")).code, 2);
  assertEquals((await call(app, "backfill-resume 1")).code, 0);
  assertEquals((await call(app, "backfill-cancel 1")).out, "Backfill 1 is cancelled");
  const [row] = (await call(app, "backfills --json")).json<BackfillView[]>();
  assertEquals([row?.status, row?.done.cancelled], ["cancelled", 2]);
  assertStringIncludes((await call(app, "backfills")).out, "░░░ 2/7");
  assertEquals((await call(app, "runs --status running --json")).json<RunsView>().runs, []);
});

Deno.test("backfill --wait fails when a step fails, and shows its error", async () => {
  const b = bench();
  b.knobs.broken = true;
  const { code, out, err } = await call(
    fakeApp(b),
    "backfill +models/mood 2025-01-20..2025-01-21 --chunk 1 --wait",
  );
  assertEquals([code, out], [1, "Backfill 1: failed, 3 of 5 slices in 3 runs"]);
  assertStringIncludes(err, "Cannot train: 0 rows");
});

Deno.test("runs, run and logs tell what happened", async () => {
  const { app } = await built();
  const { out } = await call(app, "runs");
  assertStringIncludes(out.split("\n")[1]!, "success");
  assertEquals((await call(app, "runs --status failed --json")).json<RunsView>().runs, []);
  const shown = await call(app, "run 1");
  assertStringIncludes(shown.out, "* features/activity [2025-01-27]");
  assertEquals((await call(app, "run 1 --json")).json<RunView>().steps.length, 4);
  const logs = await call(app, "logs 1 features/activity");
  assertStringIncludes(logs.out, "features/activity counting 3 users");
  const lines = (await call(app, "logs 1 1 --json")).json<LogLine[]>();
  assert(lines.every((l) => l.step === "1"));
  assertEquals((await call(app, "logs 1 nope")).code, 2);
});

Deno.test("logs --follow ends when the run has, with every line once", async () => {
  const b = bench();
  const app = fakeApp(b);
  const { run } = await b.service.materialize({ selection: "*" });
  const following = call(app, `logs ${run} --follow --json`);
  await b.finished(run);
  const lines = (await following).out.split("\n").map((l) => JSON.parse(l) as LogLine);
  const known = await b.service.logs(run);
  assertEquals(lines.map((l) => l.id), known.map((l) => l.id));
  assert(lines.some((l) => l.message === "counting 3 users"));
});

Deno.test("retry runs what is left, cancel ends a run", async () => {
  const b = bench();
  const app = fakeApp(b);
  b.knobs.broken = true;
  await call(app, "materialize * --wait");
  b.knobs.broken = false;
  const retried = await call(app, "retry 1 --wait --json");
  assertEquals([retried.code, retried.json<RunView>().steps.length], [0, 2]);
  await call(app, "materialize *");
  assertEquals((await call(app, "cancel 3")).out, "Run 3 is cancelled");
  assertEquals((await call(app, "cancel 3")).code, 2);
});

Deno.test("retry and cancel take parts of a run, and many runs", async () => {
  const b = bench();
  const app = fakeApp(b);
  b.knobs.broken = true;
  await call(app, "materialize * --wait");
  b.knobs.broken = false;
  const listed = await call(app, "retry --state failed --since 2025-01-01 --asset models/*");
  assertEquals(listed.code, 2);
  assertStringIncludes(listed.out, "1 run");
  assertStringIncludes(listed.err, "Nothing is started again: --yes goes on with this run");
  assertEquals(
    (await call(app, "retry --state failed --dry-run --json")).json<{ matched: number }>().matched,
    1,
  );
  assertEquals(
    (await call(app, "retry --state failed --yes")).out.split("\n").at(-1),
    "1 run is started again",
  );
  const { out } = await call(app, "run 2");
  assertStringIncludes(out, "It runs run 1 again");
  assertEquals(
    (await call(app, "cancel 2 --step quality/report --by ada")).out,
    "Step quality/report of run 2 is cancelled",
  );
  assertStringIncludes((await call(app, "run 2")).out, "Cancelled by ada");
  assertEquals((await call(app, "cancel --job ml_training_pipeline --yes")).out, "0 runs");
  assertEquals((await call(app, "cancel --older-than 1ms --dry-run")).code, 0);
  const all = await call(app, "retry 1 --all --json");
  assertEquals(all.json<{ steps: number }>().steps, 4);
  assertEquals(
    (await call(app, "retry 1 --only models/* --downstream --json")).json<{ steps: number }>()
      .steps,
    2,
  );
});

Deno.test("test-asset runs one asset with real inputs and records nothing", async () => {
  const { b, app } = await built();
  const before = await b.ledger.newestFact();
  const { code, out, err } = await call(app, "test-asset features/activity");
  assertEquals(code, 0);
  assertStringIncludes(out, "features/activity [2025-01-27] success");
  assertStringIncludes(out, 'value  {"rows":3}');
  assertStringIncludes(out, "report rows: 3");
  assertStringIncludes(err, "counting 3 users");
  assertEquals(await b.ledger.newestFact(), before);
  b.knobs.plausible = false;
  const failed = await call(app, "test-asset models/mood --partition 2025-01-27 --json");
  assertEquals([failed.code, failed.json<{ state: string }>().state], [1, "failed"]);
  const missing = await call(app, "test-asset models/mood --partition 2025-01-20");
  assertEquals(missing.code, 1);
  assertStringIncludes(missing.err, 'its input "features/activity" [2025-01-20] was never');
});

Deno.test("quality says that there is no report yet, and how to make one", async () => {
  const { code, err } = await call(fakeApp(bench()), "quality");
  assertEquals(code, 1);
  assertStringIncludes(err, '"trigger data_quality_pipeline" makes one');
});

Deno.test("quality prints a report", async () => {
  const report = {
    partition: "2025-01-27",
    at: "2025-01-28T00:00:00.000Z",
    score: 98.25,
    found: { critical: 1, error: 0, warning: 2 },
    tables: [],
    rules: [{
      rule: "duplicate_email",
      table: "users",
      severity: "critical" as const,
      description: "Two users share an address",
      checked: 500,
      found: 1,
      rate: 0.002,
      samples: [],
    }],
    trend: [],
    partitions: ["2025-01-27"],
  };
  const read = (p?: string) => Promise.resolve(p === undefined ? report : undefined);
  const app = fakeApp(bench({ quality: { read } }));
  const { code, out } = await call(app, "quality");
  assertEquals(code, 0);
  assertStringIncludes(out, "Quality of [2025-01-27]: 98.3 of 100");
  assertStringIncludes(out, "duplicate_email");
  assertEquals((await call(app, "quality --json")).json<{ score: number }>().score, 98.25);
  assertEquals((await call(app, "quality 2025-01-01")).code, 1);
});

Deno.test("doctor tells what cannot be opened, and fails", async () => {
  const open = () => Promise.reject(new Error("Cannot connect: DATABASE_URL is refused"));
  const { code, out } = await call(open, "doctor --json");
  assertEquals(code, 1);
  const { findings } = JSON.parse(out) as { findings: { name: string; detail: string }[] };
  assertStringIncludes(findings.find((f) => f.name === "program")!.detail, "DATABASE_URL");
  assertStringIncludes(findings.find((f) => f.name === "deno")!.detail, Deno.version.deno);
});

Deno.test("why tells the root cause first, then what follows from it, or the same as JSON", async () => {
  const b = bench();
  const app = fakeApp(b);
  b.knobs.broken = true;
  assertEquals((await call(app, "materialize * --wait")).code, 1);
  const { code, out } = await call(app, "why quality/report");
  assertEquals(code, 0);
  const lines = out.split("\n");
  assert(lines[0]!.startsWith("Root cause: ") && lines[0]!.endsWith("Cannot train: 0 rows"));
  assertStringIncludes(lines[1]!, '  so "models/mood" [2025-01-27] failed in run 1');
  assertStringIncludes(lines[2]!, '    so "quality/report" [2025-01-27] was skipped in run 1');
  const view = (await call(app, "why quality/report --partition 2025-01-27 --json"))
    .json<WhyView>();
  assertEquals(view.chain.map((r) => r.kind), ["error", "failed", "skipped"]);
});

Deno.test("evaluations says that there is no condition, and names the nearest asset", async () => {
  const app = fakeApp(bench());
  const none = await call(app, "evaluations models/mood");
  assertEquals([none.code, none.out], [0, ""]);
  assertStringIncludes(none.err, '"models/mood" has no condition');
  const view = (await call(app, "evaluations models/mood --json")).json<EvaluationsView>();
  assertEquals([view.condition, view.evaluations], [null, []]);
  const unknown = await call(app, "evaluations models/moud");
  assertEquals(unknown.code, 2);
  assertStringIncludes(unknown.err, '"models/mood"');
});

Deno.test("evaluations tells of the condition now with its operands, then of when it asked", async () => {
  const root = asset({ name: "root", materialize: () => 1 });
  const leaf = asset({ name: "leaf", deps: { root }, when: when.eager, materialize: () => 2 });
  const b = bench({ definitions: define({ root, leaf }) });
  await b.ledger.advance({
    name: "condition:all",
    revision: 0,
    value: {},
    result: "leaf: an upstream changed",
    outcome: "requested",
    submissions: [],
    data: {
      evaluations: [{ asset: "leaf", partition: "", words: "an upstream changed", operands: [] }],
      leftOut: 0,
    },
  });
  const lines =
    (await call(fakeApp({ ...b, definitions: define({ root, leaf }) }), "evaluations leaf"))
      .out.trimEnd().split("\n");
  assert(lines[0]!.startsWith("WHEN"));
  assert(lines[1]!.startsWith("now "), lines[1]);
  assert(lines[2]!.startsWith("2025-01-28T12:00:00") && lines[2]!.endsWith("an upstream changed"));
  assert(lines.slice(3).some((line) => line.startsWith("  false ")), lines.join("\n"));
});

Deno.test("why names the nearest asset, and refuses a slice that cannot be", async () => {
  const app = fakeApp(bench());
  const unknown = await call(app, "why models/moud");
  assertEquals(unknown.code, 2);
  assertStringIncludes(unknown.err, '"models/mood"');
  const wrong = await call(app, "why models/mood --partition monday");
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.err, '"monday"');
});

Deno.test("plan --out keeps a plan that apply runs, once", async () => {
  const { app } = await built();
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const kept = await call(app, `plan models/mood --partition 2025-01-27 --out ${file}`);
    assertEquals([kept.code, kept.out], [0, `1 step in "${file}": run them by \`apply ${file}\``]);
    const applied = await call(app, `apply ${file} --wait`);
    assertEquals([applied.code, applied.out], [0, "Run 2: success 0 ms"]);
    const again = await call(app, `apply ${file}`);
    assertEquals(again.code, 2);
    assertStringIncludes(again.err, "it was applied already, as run 2");
    const none = await call(app, "apply nowhere.json");
    assertEquals(none.code, 2);
    assertStringIncludes(none.err, '"plan --out" writes one');
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("plan --out and apply say what is wrong with a file, and that there is nothing to do", async () => {
  const { app } = await built();
  const folder = await Deno.makeTempDir();
  try {
    const refused = async (line: string, words: string) => {
      const { code, err } = await call(app, line);
      assertEquals([code, err], [2, words]);
    };
    const file = `${folder}/plan.json`;
    await refused(
      `plan models/mood --partition 2025-01-27 --out ${folder}/no/plan.json`,
      `Cannot keep the plan in "${folder}/no/plan.json": there is no such folder`,
    );
    await refused(`apply ${folder}`, `Cannot apply "${folder}": it is a folder`);
    const some = await call(app, `plan models/mood --partition 2025-01-27 --out ${file}`);
    assertEquals(some.code, 0);
    const plan = JSON.parse(await Deno.readTextFile(file)) as object;
    await Deno.writeTextFile(file, JSON.stringify({ ...plan, steps: [] }));
    const applied = await call(app, `apply ${file}`);
    assertEquals([applied.code, applied.out], [0, "Nothing to apply: the plan has no steps"]);
    await refused(
      "plan --diff main models/mood",
      'Cannot compare with "main" and "models/mood": --diff compares all definitions and runs nothing',
    );
    assertStringIncludes((await call(app, "plan --diff main --stale")).err, "and --stale");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("plan tells what may be stale afterwards", async () => {
  const { app } = await built();
  const { out } = await call(app, "plan features/activity");
  assertStringIncludes(
    out,
    "May be stale afterwards, 2 assets, 2 slices: models/mood, quality/report",
  );
});
