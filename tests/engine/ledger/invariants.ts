/** What holds in a ledger at any moment, and between two moments. */
import { assert, assertEquals } from "@std/assert";
import type { Ledger } from "../../../engine/ledger/ledger.ts";
import type { Fact, RunRecord, SliceState, StepRecord } from "../../../engine/ledger/records.ts";
import type { Walk } from "./random_walk.ts";

/** All that can be read of a ledger. */
export interface Picture {
  /** Oldest first. */
  readonly runs: readonly { readonly run: RunRecord; readonly steps: readonly StepRecord[] }[];
  readonly slices: ReadonlyMap<string, SliceState>;
  readonly facts: readonly Fact[];
}

/** Reads a ledger; of the facts only those that are new. */
export async function picture(ledger: Ledger, before: readonly Fact[] = []): Promise<Picture> {
  const ids = (await ledger.runs({ limit: 1000 })).map((run) => run.id).reverse();
  const runs = await Promise.all(ids.map((id) => ledger.run(id)));
  const slices = await ledger.slices();
  const facts = await ledger.facts(before.at(-1)?.seq ?? "", 10_000);
  return {
    runs: runs.filter((run) => run !== undefined),
    slices: new Map(slices.map((slice) => [key(slice), slice])),
    facts: [...before, ...facts],
  };
}

const key = (s: { asset: string; partition: string }) => `${s.asset} [${s.partition}]`;
const ended = new Set(["success", "failed", "skipped", "cancelled"]);

/** Checks all. Gives what was seen. `where` tells a failure how to come there again. */
export async function holds(world: Walk, where: string): Promise<Picture> {
  const now = await picture(world.ledger, world.seen.facts);
  try {
    for (const { run, steps } of now.runs) runHolds(run, steps);
    jobsHold(now);
    slicesHold(now);
    endedStays(world.seen, now);
    versionsGrow(world.seen, now);
    factsHold(world, now);
    await revokedHold(world, now);
  } catch (error) {
    throw new Error(`This does not hold: ${where}`, { cause: error });
  }
  return now;
}

function runHolds(run: RunRecord, steps: readonly StepRecord[]): void {
  const count = (state: string) => steps.filter((step) => step.state === state).length;
  for (const [state, n] of Object.entries(run.steps)) assertEquals(n, count(state), state);
  const isActive = run.state === "queued" || run.state === "running";
  assertEquals(run.endedAt === null, isActive);
  if (run.state === "queued") assertEquals([count("queued"), count("running")], [0, 0]);
  if (run.state === "running") assert(steps.some((step) => !ended.has(step.state)));
  if (run.state === "success") assertEquals(count("success"), steps.length);
  if (run.state === "failed") assert(count("failed") > 0);
  if (run.state === "cancelled") assertEquals(count("waiting") + count("queued"), 0);
  if (run.state !== "running" && run.state !== "cancelled") assertEquals(count("running"), 0);
  for (const step of steps) stepHolds(run, step, steps);
}

function stepHolds(run: RunRecord, step: StepRecord, steps: readonly StepRecord[]): void {
  const text = `${step.state} step ${step.step} of ${run.state} run ${run.id}`;
  const needs = step.needs.map((need) => steps[need]!.state);
  const areMet = needs.every((state) => state === "success");
  assertEquals(step.attempts.map((a) => a.attempt), step.attempts.map((_, i) => i + 1), text);
  const running = step.attempts.filter((attempt) => attempt.state === "running");
  assertEquals(running.length, step.state === "running" ? 1 : 0, text);
  assertEquals(step.endedAt !== null, ended.has(step.state), text);
  if (step.attempts.length > 0) assert(areMet, text);
  if (step.state === "queued") assert(areMet && run.state === "running", text);
  if (step.state === "waiting" && run.state === "running") assert(!areMet, text);
  if (step.state === "waiting") assert(!needs.some((s) => s !== "success" && ended.has(s)), text);
  if (step.state === "skipped") {
    assert(needs.some((state) => state !== "success" && ended.has(state)), text);
    assert(step.error !== null, text);
  }
  if (step.state === "success") assertEquals(step.attempts.at(-1)?.state, "success", text);
}

function jobsHold({ runs }: Picture): void {
  const running = (job: string) =>
    runs.filter(({ run }) => run.job === job && run.state === "running").length;
  assert(running("one") <= 1 && running("two") <= 2, "a job has too many active runs");
  for (const job of ["one", "two"]) {
    const waits = runs.some(({ run }) => run.job === job && run.state === "queued");
    if (waits) assert(running(job) > 0, `runs of "${job}" wait for nobody`);
  }
}

function slicesHold({ runs, slices }: Picture): void {
  const all = runs.flatMap(({ run, steps }) => steps.map((step) => ({ run, step })));
  const open = Map.groupBy(
    all.filter(({ step }) => !ended.has(step.state)),
    ({ step }) => key(step),
  );
  for (const [slice, here] of open) {
    const running = here.filter(({ step }) => step.state === "running");
    assert(running.length <= 1, `${slice} is computed twice at once`);
    const told = slices.get(slice)?.inFlight;
    assert(here.some(({ run, step }) => run.id === told?.run && step.state === told.state), slice);
    if (running.length === 1) assertEquals(told?.state, "running", slice);
  }
  for (const [name, slice] of slices) {
    if (!open.has(name)) assertEquals(slice.inFlight, null, name);
  }
}

/** Terminal is terminal. */
function endedStays(before: Picture, now: Picture): void {
  for (const [i, { run, steps }] of before.runs.entries()) {
    const next = now.runs[i]!;
    if (run.endedAt !== null) assertEquals(next.run.state, run.state);
    for (const step of steps) {
      if (ended.has(step.state)) assertEquals(onTime(next.steps[step.step]!), onTime(step));
    }
  }
}

/** What came too late is remembered with attempts of steps that have ended. */
const onTime = (step: StepRecord) => ({
  ...step,
  attempts: step.attempts.map(({ late: _, ...attempt }) => attempt),
});

function versionsGrow(before: Picture, now: Picture): void {
  for (const [name, { visible }] of before.slices) {
    if (visible === null) continue;
    const next = now.slices.get(name)?.visible;
    assert(next && next.version >= visible.version, `${name} went back from ${visible.version}`);
  }
  for (const { asset, partition, visible } of now.slices.values()) {
    const versions = now.runs.flatMap(({ steps }) => steps)
      .filter((step) => step.asset === asset && step.partition === partition)
      .flatMap((step) => step.attempts.filter((a) => a.state === "success"))
      .map((attempt) => attempt.version);
    const newest = versions.reduce((max, v) => (v > max ? v : max), 0n);
    assertEquals(visible?.version ?? 0n, newest, `${asset} [${partition}]`);
  }
}

/** The last fact of each thing is its state; nothing is told of what has ended. */
function factsHold(world: Walk, { facts, runs }: Picture): void {
  const last = new Map<string, string>();
  for (const fact of facts) {
    if (fact.kind !== "run" && fact.kind !== "step") continue;
    const about = fact.kind === "run" ? fact.run! : `${fact.run}/${fact.step}`;
    const isOver = ended.has(last.get(about) ?? "");
    const end = last.get(about);
    assert(!isOver, `${about}, which had ended as ${end}, was told to be ${fact.state}`);
    last.set(about, fact.state!);
  }
  for (const { run, steps } of runs) {
    assertEquals(last.get(run.id), run.state);
    for (const step of steps) {
      const told = last.get(`${run.id}/${step.step}`) ?? "waiting";
      if (ended.has(step.state)) assertEquals(told, step.state);
      else assert(!ended.has(told), `step ${step.step} of run ${run.id} was told to be ${told}`);
    }
  }
  const made = facts.filter((fact) => fact.kind === "materialized").length;
  assertEquals(made, world.successes, "what was accepted was published once");
}

async function revokedHold(world: Walk, { runs }: Picture): Promise<void> {
  const all = runs.flatMap(({ run, steps }) =>
    steps.flatMap((step) => step.attempts.map((attempt) => ({ run, step, attempt })))
  );
  for (const worker of world.workers) {
    const expected = all.filter(({ run, step, attempt }) =>
      attempt.worker === worker && attempt.state === "running" &&
      (run.state === "cancelled" || world.stopped.has(`${run.id}/${step.step}`))
    );
    const told = await world.ledger.revoked(worker);
    assertEquals(
      told.map((t) => `${t.run}/${t.step}/${t.attempt}`).sort(),
      expected.map((e) => `${e.run.id}/${e.step.step}/${e.attempt.attempt}`).sort(),
    );
  }
}
