import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  asset,
  define,
  type Definitions,
  type Ledger,
  partitions,
  type PlannedStep,
  UnknownName,
  withKeySets,
} from "engine";
import { memoryLedger } from "engine/testing";
import { type FrozenPlan, readPlan } from "../../../engine/decide/frozen_plan.ts";
import { applyPlan, planNow, PlanRefused } from "../../../engine/run/apply.ts";
import { randomGraph, seeded } from "../decide/random_graph.ts";
import { CHAIN, World } from "../decide/why_world.ts";
import { workAll } from "./work_all.ts";

const now = new Date("2025-01-28T06:00:00Z");

interface Place {
  readonly definitions: Definitions;
  readonly ledger: Ledger;
}

const at = ({ definitions, ledger }: Place) => ({ definitions, ledger, now });

/** As it comes back from a file. */
const kept = (plan: FrozenPlan) => readPlan(JSON.stringify(plan));

const sliceOf = (s: Pick<PlannedStep, "asset" | "partition">) => `${s.asset} ${s.partition}`;

/** The slices that a run computed, in the order in which they began. */
async function executed({ ledger }: Place, run: string): Promise<readonly string[]> {
  const { steps } = (await ledger.run(run))!;
  return steps.flatMap((s) => s.attempts.map((a) => ({ s, a })))
    .sort((x, y) => Number(x.a.version - y.a.version))
    .map(({ s }) => sliceOf(s));
}

async function world(seed: number): Promise<Place & { plan: FrozenPlan }> {
  const random = seeded(seed);
  const definitions = randomGraph(random);
  const ledger = memoryLedger({ now: () => now });
  const place = { definitions, ledger };
  const some = definitions.assets.filter(() => random() < 0.4);
  if (some.length > 0) {
    // What is built before decides what is stale, behind, missing in the plan.
    const built = await planNow(at(place), { selection: some.map((a) => `+${a.name}`).join(" ") });
    await applyPlan(at(place), built, { trigger: "api" });
    await workAll({ definitions, ledger, now: () => now });
  }
  const wish = random() < 0.5 ? { stale: true } : {
    selection: `+${definitions.assets[Math.floor(random() * definitions.assets.length)]!.name}`,
  };
  return { ...place, plan: await planNow(at(place), wish) };
}

Deno.test("applyPlan() executes what was planned, and nothing else, on 200 random graphs", async () => {
  let steps = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const w = await world(seed);
    if (w.plan.steps.length === 0) continue;
    const { run } = await applyPlan(at(w), kept(w.plan), { trigger: "cli" });
    await workAll({ ...w, now: () => now });
    const found = (await w.ledger.run(run))!;
    assertEquals(found.run.state, "success", `seed ${seed}: ${found.run.error?.message}`);
    const done = await executed(w, run);
    assertEquals([...done].sort(), w.plan.steps.map(sliceOf).sort(), `seed ${seed}`);
    for (const step of w.plan.steps) {
      const place = done.indexOf(sliceOf(step));
      for (const need of step.needs) {
        assert(done.indexOf(sliceOf(w.plan.steps[need]!)) < place, `seed ${seed}: order`);
      }
    }
    steps += done.length;
  }
  assert(steps > 400, `only ${steps} steps were looked at`);
});

async function built(): Promise<World> {
  return await new World().run(CHAIN);
}

const here = ({ definitions, ledger, now }: World) => ({ definitions, ledger, now });

Deno.test("planNow() tells what may be stale afterwards, and how long it takes", async () => {
  const w = await built();
  const plan = await planNow(here(w), { assets: ["features/activity"] });
  assertEquals(plan.steps.map((s) => s.asset), ["features/activity"]);
  assertEquals(plan.becomesStale, [
    { asset: "models/mood", partitions: ["2025-01-27"] },
    { asset: "quality/report", partitions: ["2025-01-27"] },
  ]);
  assertEquals(plan.expectedMs, 0);
});

Deno.test("applyPlan() refuses a plan whose definitions changed, and runs it anyway if told", async () => {
  const w = await built();
  const plan = kept(await planNow(here(w), { assets: ["features/activity"] }));
  const refuse = async (words: string) => {
    const error = await assertRejects(
      () => applyPlan(here(w), plan, { trigger: "cli" }),
      PlanRefused,
    );
    assertStringIncludes(error.message, words);
  };
  w.edit({ version: "2" });
  await refuse('the code of "features/activity" changed, make it anew, or give --anyway');
  w.edit({ version: "1", days: 8 });
  await refuse('the config of "features/activity" changed');
  const { created } = await applyPlan(here(w), plan, { trigger: "cli", anyway: true });
  assert(created);
});

Deno.test("applyPlan() does not mind that something else changed", async () => {
  const w = await built();
  const plan = await planNow(here(w), { assets: ["models/mood"] });
  w.edit({ version: "2" });
  assertEquals((await applyPlan(here(w), plan, { trigger: "cli" })).steps, 1);
});

Deno.test("applyPlan() refuses an asset that is gone, even anyway", async () => {
  const w = await built();
  const plan = await planNow(here(w), { assets: ["models/mood"] });
  const gone = { ...plan, definitions: { "models/moon": plan.definitions["models/mood"]! } };
  await assertRejects(
    () => applyPlan(here(w), gone, { trigger: "cli", anyway: true }),
    PlanRefused,
    '"models/moon" does not exist any more',
  );
});

Deno.test("applyPlan() runs a plan once, unless it is told to run it again", async () => {
  const w = await built();
  const plan = await planNow(here(w), { assets: ["models/mood"] });
  const first = await applyPlan(here(w), plan, { trigger: "cli" });
  await assertRejects(
    () => applyPlan(here(w), plan, { trigger: "cli" }),
    PlanRefused,
    `it was applied already, as run ${first.run}`,
  );
  const again = await applyPlan(here(w), plan, { trigger: "cli", anyway: true });
  assert(again.run !== first.run);
});

Deno.test("applyPlan() tells that something was computed since", async () => {
  const w = await built();
  const plan = await planNow(here(w), { assets: ["models/mood"] });
  await w.run(["features/activity"]);
  assertEquals((await applyPlan(here(w), plan, { trigger: "cli" })).factsMoved, true);
  const next = await planNow(here(w), { assets: ["quality/report"] });
  assertEquals((await applyPlan(here(w), next, { trigger: "cli" })).factsMoved, false);
});

Deno.test("planNow() refuses what lacks an input, and what does not exist", async () => {
  const w = new World();
  await assertRejects(
    () => planNow(here(w), { assets: ["models/mood"] }),
    RangeError,
    '"+models/mood"',
  );
  await assertRejects(() => planNow(here(w), { assets: ["models/moon"] }), UnknownName);
});

Deno.test("applyPlan() refuses a slice whose key was removed, even anyway", async () => {
  const customers = partitions.dynamic("customers");
  const bill = asset({ name: "bill", partitions: customers, materialize: () => 1 });
  const definitions = define({ bill });
  const memory = memoryLedger({ now: () => now });
  const place = { definitions, ledger: withKeySets(memory, definitions) };
  await memory.addKeys("customers", ["acme", "initech"]);
  await place.ledger.slices();
  const plan = kept(await planNow(at(place), { assets: ["bill"], partitions: ["acme"] }));
  // By another process: this one has not heard of it.
  await memory.removeKeys("customers", ["acme"]);
  await assertRejects(
    () => applyPlan(at(place), plan, { trigger: "cli", anyway: true }),
    PlanRefused,
    '"bill" [acme] does not exist any more, make it anew',
  );
});

Deno.test("applyPlan() refuses a plan without steps: it would be a run that never ends", async () => {
  const w = await built();
  const plan = await planNow(here(w), { stale: true });
  assertEquals(plan.steps, []);
  await assertRejects(
    () => applyPlan(here(w), plan, { trigger: "cli" }),
    PlanRefused,
    "it has no steps",
  );
});

Deno.test("readPlan() refuses steps that were edited into nonsense", async () => {
  const w = await built();
  const plan = await planNow(here(w), { assets: ["models/mood"] });
  const [step] = plan.steps;
  const edited = (steps: readonly unknown[]) => () => readPlan(JSON.stringify({ ...plan, steps }));
  assertThrows(edited([{}]), SyntaxError, "step 1 has no asset, partition or needs, make it anew");
  assertThrows(edited([null]), SyntaxError, "step 1 has no asset");
  assertThrows(edited([{ ...step, needs: [0] }]), SyntaxError, "step 1 needs [0]");
  assertThrows(
    edited([{ ...step, asset: "quality/report" }]),
    SyntaxError,
    'step 1 runs "quality/report", and what that was is not in it',
  );
});

Deno.test("readPlan() refuses what is no plan", () => {
  assertThrows(() => readPlan("{"), SyntaxError, "it is not JSON");
  assertThrows(() => readPlan("{}"), SyntaxError, "no format is named");
  assertThrows(() => readPlan('{"format":"aurora/plan/9"}'), SyntaxError, '"aurora/plan/9"');
  assertThrows(() => readPlan('{"format":"aurora/plan/1"}'), SyntaxError, "no steps");
});
